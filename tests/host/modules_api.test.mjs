/** What the engine uses of the hooks: another transformer, the kept maps; and what a JavaScript program pays. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { installHooks, mapOf } from '../../dxkernel/engine/host/modules/hooks.mjs';
import { transformSource } from '../../dxkernel/engine/host/modules/transform.mjs';
import { inProject, run } from './modules_support.mjs';

test('installHooks with a transformer, mapOf, deregister', async () => {
  /** @type {string[]} */
  const asked = [];
  const hooks = installHooks({
    transform(request) {
      asked.push(request.filename);
      // A request and its result may go to another thread and back.
      return structuredClone(transformSource(structuredClone(request)));
    },
  });
  await inProject({}, async (dir) => {
    writeFileSync(join(dir, 'a.ts'), 'interface I {}\nexport const a: number = 1;\n');
    const url = pathToFileURL(join(dir, 'a.ts')).href;
    assert.equal((await import(url)).a, 1);
    assert.deepEqual(asked, [join(dir, 'a.ts')]);
    assert.deepEqual(mapOf(url)?.sources, [url]);
    assert.match(mapOf(url)?.mappings ?? '', /^AACA/);
    assert.equal(mapOf('file:///other.ts'), undefined);
  });
  hooks.deregister();
});

const LIBRARIES = 'console.log(process.report.getReport().sharedObjects.filter((s) => /oxc|swc/.test(s)).length)';

test('a JavaScript program loads no transformer', () => {
  inProject({ 'a.mjs': `import './b.cjs'; ${LIBRARIES}`, 'b.cjs': '', 'c.ts': LIBRARIES }, (dir) => {
    assert.equal(run(dir, { run: 'a.mjs' }).stdout, '0\n');
    assert.equal(run(dir, { run: 'c.ts' }).stdout, '1\n');
  });
});
