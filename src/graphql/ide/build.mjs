// Copies what the page needs out of node_modules into assets/, compressed; called by build.sh.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const read = (path) => readFileSync(`node_modules/${path}`, 'utf8');
const write = (name, text) => writeFileSync(`assets/${name}.gz`, gzipSync(text, { level: 9 }));

write(
  'graphiql.js',
  [
    read('react/umd/react.production.min.js'),
    read('react-dom/umd/react-dom.production.min.js'),
    read('graphiql/graphiql.min.js'),
  ]
    .map((text) => text.replace(/^\/\/# sourceMappingURL=.*$/gm, ''))
    .join('\n'),
);
// The fonts are two thirds of the style sheet; the reader's own do as well.
write('graphiql.css', read('graphiql/graphiql.min.css').replace(/@font-face\s*\{[^}]*\}/g, ''));

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const licences = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, { version, license }]) => {
    const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? readFileSync(`${path}/${file}`, 'utf8').trim() : '(no licence file in the package)';
    return `${path.replace(/^.*node_modules\//, '')} ${version}: ${license}\n\n${text}\n`;
  });
write('LICENCES.txt', licences.join(`\n${'-'.repeat(80)}\n\n`));
