// Runs the server audit of graphql-http. Usage: node audit.mjs http://localhost:8080/graphql
// Ends with 0 only if every audit is ok: neither an error, nor a warning, nor a notice.

import { serverAudits } from 'graphql-http';

const WANTED = 61;
const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs <url of the GraphQL endpoint>');
  process.exit(2);
}

const audits = serverAudits({ url, fetchFn: fetch });
let ok = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    ok += 1;
    continue;
  }
  console.log(`${result.status.toUpperCase()} ${result.id} ${result.name}`);
  console.log(`  ${result.reason}`);
  if (result.response) {
    const { status, headers } = result.response;
    console.log(`  answered ${status} ${headers.get('content-type')}: ${await body(result.response)}`);
  }
}
console.log(`${ok} of ${audits.length} ok`);
process.exit(ok === WANTED && audits.length === WANTED ? 0 : 1);

async function body(response) {
  return response.bodyUsed ? '(read already)' : (await response.text()).slice(0, 300);
}
