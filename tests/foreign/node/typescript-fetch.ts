import { AssessmentsApi, Configuration, PatientsApi, ResponseError } from "./made";

declare const process: { argv: string[] };

async function main(): Promise<void> {
  const [server, token, user, name] = process.argv.slice(2);
  const configuration = new Configuration({ basePath: server, accessToken: `Bearer ${token}` });
  const patients = new PatientsApi(configuration);
  const assessments = new AssessmentsApi(configuration);
  const patientRequest = { user, fullName: name, gender: "female" as const, dateOfBirth: new Date("1961-03-12") };
  const made = (await patients.patientsCreate({ patientRequest })).results;
  const again: ResponseError = await patients.patientsCreate({ patientRequest }).catch((error) => error);
  const fault = (await again.response.json()).error;
  const answers = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [String(at + 1), 1]));
  const sent = { patient: made.id, user, instrument: "phq-9", date: new Date("2026-03-01"), answers, complete: true };
  const scored = (await assessments.assessmentsCreate({ assessmentRequest: sent })).results;
  const listed = (await patients.patientsList({ search: name })).results;
  const found = (await assessments.assessmentsList({ patient: made.id })).results;
  console.log(
    JSON.stringify([
      made.fullName,
      again.response.status,
      fault.code,
      fault.existing === made.id,
      scored.score,
      listed.map((row) => row.fullName),
      found.length === 1 && found[0].id === scored.id,
    ]),
  );
}

void main();
