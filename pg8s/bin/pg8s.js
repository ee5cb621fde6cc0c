#!/usr/bin/env node
// The command. A checkout has the sources, the published package what they were compiled to. Plain JavaScript, for any Node.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../src/run.ts', import.meta.url));
await import(isCheckout ? './run-sources.js' : new URL('../dist/run.js', import.meta.url).href);
