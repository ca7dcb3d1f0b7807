#!/bin/sh
# Makes assets/ anew from the npm package that package-lock.json pins. Needs node, npm and gzip.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node build.mjs
rm -rf node_modules
