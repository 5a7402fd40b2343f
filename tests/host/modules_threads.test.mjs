/** Worker threads and child processes of a program load TypeScript, too. */

import { check } from './modules_support.mjs';

const SAY = "import { parentPort, workerData } from 'node:worker_threads'; enum E { A = 41 } parentPort!.postMessage(E.A + workerData);";
/** @param {string} worker */
const main = (worker) => `import { Worker } from 'node:worker_threads'; import { once } from 'node:events';
  const w = new Worker(${worker}); console.log((await once(w, 'message'))[0]);`;

check({
  'a worker by path': {
    files: { 'main.mts': main("import.meta.dirname + '/w.ts', { workerData: 1 }"), 'w.ts': SAY }, run: 'main.mts', out: '42',
  },
  'a worker by relative path': {
    files: { 'main.mts': main("'./w.mts', { workerData: 1 }"), 'w.mts': SAY }, run: 'main.mts', out: '42',
  },
  'a worker by URL': {
    files: { 'main.mts': main("new URL('./w.ts', import.meta.url), { workerData: 1 }"), 'w.ts': SAY }, run: 'main.mts', out: '42',
  },
  'a worker of a JavaScript program': {
    files: { 'main.mjs': main("new URL('./w.ts', import.meta.url), { workerData: 1 }"), 'w.ts': SAY }, run: 'main.mjs', out: '42',
  },
  'an eval worker imports TypeScript': {
    files: { 'main.mts': main("`import('./w.ts')`, { eval: true, workerData: 1 }"), 'w.ts': SAY }, run: 'main.mts', out: '42',
  },
  'a worker in a worker': {
    files: {
      'main.mts': main("new URL('./outer.ts', import.meta.url)"), 'w.ts': SAY,
      'outer.ts': `import { Worker, parentPort } from 'node:worker_threads';
        new Worker(new URL('./w.ts', import.meta.url), { workerData: 2 }).on('message', (m: number) => parentPort!.postMessage(m));`,
    },
    run: 'main.mts', out: '43',
  },
  'an error in a worker has its place': {
    files: {
      'main.mts': `import { Worker } from 'node:worker_threads';
        new Worker(new URL('./w.ts', import.meta.url)).on('error', (e: Error) => console.log(e.stack!.split('\\n')[1].trim()))`,
      'w.ts': "interface A {}\n\nthrow new Error('w')",
    },
    run: 'main.mts', out: 'at Object.<anonymous> ($DIR/w.ts:3:7)',
  },
  'fork': {
    files: {
      'main.mts': `import { fork } from 'node:child_process'; import { once } from 'node:events';
        const child = fork('./child.ts', ['x']); console.log(...(await once(child, 'message'))); child.disconnect();`,
      'child.ts': 'const a: string = process.argv[2]!; process.send!(a)',
    },
    run: 'main.mts', out: 'x undefined',
  },
  'NODE_OPTIONS is left alone': { files: { 'main.ts': 'console.log(process.env.NODE_OPTIONS)' }, out: '' },
});
