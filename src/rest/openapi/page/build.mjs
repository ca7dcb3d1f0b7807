// Copies what the page needs out of node_modules into assets/, compressed; called by build.sh.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const read = (name) => readFileSync(`node_modules/swagger-ui-dist/${name}`, 'utf8');
const write = (name, text) => writeFileSync(`assets/${name}.gz`, gzipSync(text, { level: 9 }));

mkdirSync('assets', { recursive: true });
write('swagger-ui.js', read('swagger-ui-bundle.js').replace(/^\/\/# sourceMappingURL=.*$/gm, ''));
write('swagger-ui.css', read('swagger-ui.css').replace(/\/\*# sourceMappingURL=.*?\*\//g, ''));

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { version, license } = packages['node_modules/swagger-ui-dist'];
const parts = [
  `swagger-ui-dist ${version}: ${license}`,
  read('NOTICE').trim(),
  read('LICENSE').trim(),
  'What the bundle holds:',
  read('swagger-ui-bundle.js.LICENSE.txt').trim(),
];
write('LICENCES.txt', `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
