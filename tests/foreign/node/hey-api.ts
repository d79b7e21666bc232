import { createClient } from "./made/client";
import { assessmentsCreate, assessmentsList, patientsCreate, patientsList } from "./made";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [server, token, user, name] = process.argv.slice(2);
  const client = createClient({ baseUrl: server, auth: () => token });
  const body = { user, full_name: name, gender: "female" as const, date_of_birth: "1961-03-12" };
  const made = (await patientsCreate({ client, body, throwOnError: true })).data.results;
  const again = await patientsCreate({ client, body });
  const answers = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [String(at + 1), 1]));
  const sent = { patient: made.id, user, instrument: "phq-9", date: "2026-03-01", answers, complete: true };
  const scored = (await assessmentsCreate({ client, body: sent, throwOnError: true })).data.results;
  const listed = (await patientsList({ client, query: { search: name }, throwOnError: true })).data.results;
  const found = (await assessmentsList({ client, query: { patient: made.id }, throwOnError: true })).data.results;
  const fault = again.error!.error;
  console.log(
    JSON.stringify([
      made.full_name,
      again.response!.status,
      fault.code,
      fault.existing === made.id,
      scored.score,
      listed.map((row) => row.full_name),
      found.length === 1 && found[0].id === scored.id,
    ]),
  );
}

void main();
