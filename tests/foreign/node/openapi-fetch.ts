import createClient from "openapi-fetch";
import type { paths } from "./made/schema";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [server, token, user, name] = process.argv.slice(2);
  const client = createClient<paths>({ baseUrl: server, headers: { Authorization: `Bearer ${token}` } });
  const body = { user, full_name: name, gender: "female" as const, date_of_birth: "1961-03-12" };
  const made = (await client.POST("/api/v1/patients/", { body })).data!.results;
  const again = await client.POST("/api/v1/patients/", { body });
  const answers = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [String(at + 1), 1]));
  const sent = { patient: made.id, user, instrument: "phq-9", date: "2026-03-01", answers, complete: true };
  const scored = (await client.POST("/api/v1/assessments/", { body: sent })).data!.results;
  const listed = (await client.GET("/api/v1/patients/", { params: { query: { search: name } } })).data!.results;
  const query = { patient: made.id };
  const found = (await client.GET("/api/v1/assessments/", { params: { query } })).data!.results;
  const fault = again.error!.error;
  console.log(
    JSON.stringify([
      made.full_name,
      again.response.status,
      fault.code,
      fault.existing === made.id,
      scored.score,
      listed.map((row) => row.full_name),
      found.length === 1 && found[0].id === scored.id,
    ]),
  );
}

void main();
