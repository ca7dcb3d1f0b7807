// Holds an OpenAPI document, read from stdin, against the schema of the specification's version that it names:
// `assetry openapi | node audit.mjs`.

import { readFileSync } from 'node:fs';

import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const { valid, errors } = await validator.validate(JSON.parse(readFileSync(0, 'utf8')));
if (!valid) {
  console.error(errors);
  process.exit(1);
}
// Throws when a reference points nowhere.
validator.resolveRefs();
const paths = Object.keys(validator.specification.paths).length;
console.log(`valid OpenAPI ${validator.version}, ${paths} paths`);
