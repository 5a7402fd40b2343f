/** Which file a specifier finds. */

import { check } from './modules_support.mjs';

const ESM = '{"type":"module"}';
const CJS = '{"type":"commonjs"}';
/** @param {string} specifier */
const show = (specifier) => `import x from '${specifier}'; console.log(x);`;
/** @param {string} value */
const value = (value) => `export default '${value}' as string;`;

check({
  'import ./x.js finds x.ts': { files: { 'main.ts': show('./x.js'), 'x.ts': value('x.ts') }, out: 'x.ts' },
  'import ./x.js finds x.tsx': { files: { 'main.ts': show('./x.js'), 'x.tsx': value('x.tsx') }, out: 'x.tsx' },
  'import ./x.mjs finds x.mts': { files: { 'main.ts': show('./x.mjs'), 'x.mts': value('x.mts') }, out: 'x.mts' },
  'import ./x.cjs finds x.cts': {
    files: { 'main.ts': show('./x.cjs'), 'x.cts': "export = 'x.cts' as string" }, out: 'x.cts',
  },
  'import ./x.jsx finds x.tsx': { files: { 'main.ts': show('./x.jsx'), 'x.tsx': value('x.tsx') }, out: 'x.tsx' },
  'the real x.js wins over x.ts': {
    files: { 'package.json': ESM, 'main.ts': show('./x.js'), 'x.js': "export default 'x.js'", 'x.ts': value('x.ts') },
    out: 'x.js',
  },
  'import ./x finds x.ts before x.js': {
    files: { 'package.json': ESM, 'main.ts': show('./x'), 'x.js': "export default 'x.js'", 'x.ts': value('x.ts') },
    out: 'x.ts',
  },
  'require ./x finds x.ts before x.js in TypeScript': {
    files: { 'main.cts': "console.log(require('./x'))", 'x.js': 'module.exports = 1', 'x.ts': 'module.exports = 2' },
    run: 'main.cts', out: '2',
  },
  'require ./x finds x.js before x.ts in JavaScript': {
    files: { 'main.cjs': "console.log(require('./x'))", 'x.js': 'module.exports = 1', 'x.ts': 'module.exports = 2' },
    run: 'main.cjs', out: '1',
  },
  'import ./x finds x.js from TypeScript': {
    files: { 'package.json': ESM, 'main.ts': show('./x'), 'x.js': "export default 'x.js'" }, out: 'x.js',
  },
  'import ./x finds x.ts from JavaScript': {
    files: { 'main.mjs': show('./x'), 'x.ts': value('x.ts') }, run: 'main.mjs', out: 'x.ts',
  },
  'import ./dir finds dir/index.ts': {
    files: { 'main.ts': show('./dir'), 'dir/index.ts': value('index') }, out: 'index',
  },
  'import . and .. are directories': {
    files: { 'main.ts': show('./a/b'), 'a/b/index.ts': "export { default } from '..'", 'a/index.ts': value('up') },
    out: 'up',
  },
  'a directory with package.json main': {
    files: { 'main.ts': show('./lib'), 'lib/package.json': '{"main":"src/it.js"}', 'lib/src/it.ts': value('it') },
    out: 'it',
  },
  'x.ts wins over x/index.ts': {
    files: { 'main.ts': show('./x'), 'x.ts': value('file'), 'x/index.ts': value('dir') }, out: 'file',
  },
  'a name with a dot that is no extension': {
    files: { 'main.ts': show('./a.service'), 'a.service.ts': value('service') }, out: 'service',
  },
  'a query makes another instance': {
    files: { 'main.ts': "import a from './x?1'; import b from './x?2'; console.log(a === b)", 'x.ts': 'export default {}' },
    out: 'false',
  },
  'an absolute URL': {
    files: { 'main.ts': "console.log((await import(new URL('./x.js', import.meta.url).href)).default)", 'x.ts': value('u') },
    out: 'u',
  },
  'names with spaces and letters beyond ASCII': {
    files: { 'main.ts': show('./tä st/é x'), 'tä st/é x.ts': value('é') }, out: 'é',
  },
  'require.resolve and import.meta.resolve answer the same': {
    files: {
      'main.mts': `import { createRequire } from 'node:module'; import { fileURLToPath } from 'node:url';
        console.log(createRequire(import.meta.url).resolve('./x'), fileURLToPath(import.meta.resolve('./x.js')));`,
      'x.ts': '',
    },
    run: 'main.mts', out: '$DIR/x.ts $DIR/x.ts',
  },
  'exports and imports of package.json': {
    files: {
      'package.json': '{"name":"me","type":"module","exports":{"./a":"./src/a.ts"},"imports":{"#b/*":"./src/*.ts"}}',
      'main.ts': "import a from 'me/a'; import b from '#b/b'; console.log(a, b)",
      'src/a.ts': value('a'), 'src/b.ts': value('b'),
    },
    out: 'a b',
  },
  'conditions differ between import and require': {
    files: {
      'main.mts': `import a from 'p'; import { createRequire } from 'node:module';
        console.log(a, createRequire(import.meta.url)('p'))`,
      'node_modules/p/package.json': '{"exports":{"import":"./i.mts","require":"./r.cts"}}',
      'node_modules/p/i.mts': value('i'), 'node_modules/p/r.cts': "export = 'r' as string",
    },
    run: 'main.mts', out: 'i r',
  },
  'TypeScript inside node_modules, with its own imports': {
    files: {
      'main.ts': show('p'),
      'node_modules/p/package.json': '{"main":"index.ts","type":"module"}',
      'node_modules/p/index.ts': "export { default } from './in.js'", 'node_modules/p/in.ts': value('in'),
    },
    out: 'in',
  },
  'JavaScript inside node_modules keeps to Node': {
    files: {
      'main.mjs': "import 'p'", 'node_modules/p/package.json': '{"type":"module","main":"index.js"}',
      'node_modules/p/index.js': "import './in.js'", 'node_modules/p/in.ts': '',
    },
    run: 'main.mjs', err: /ERR_MODULE_NOT_FOUND/,
  },
  'the entry point may leave out its extension': {
    files: { 'main.ts': 'console.log(process.argv[1])' }, run: 'main', out: '$DIR/main',
  },
  'a missing module is the error of Node': {
    files: { 'main.ts': "import './nope.js'" }, err: [/Cannot find module '\$DIR\/nope\.js' imported from \$DIR\/main\.ts/,
      /code: 'ERR_MODULE_NOT_FOUND'/, /^(?![^]*host\/modules)/],
  },
  'a missing required module is the error of Node': {
    files: { 'main.cts': "require('./nope')" }, run: 'main.cts',
    err: [/Cannot find module '\.\/nope'\nRequire stack:\n- \$DIR\/main\.cts/, /code: 'MODULE_NOT_FOUND'/],
  },
  'a missing package is the error of Node': {
    files: { 'main.ts': "import 'nope'" }, err: /Cannot find package 'nope' imported from \$DIR\/main\.ts/,
  },
  'JSON needs its attribute': {
    files: { 'main.ts': show('./d.json'), 'd.json': '1' }, err: /ERR_IMPORT_ATTRIBUTE_MISSING/,
  },
  'JSON with its attribute': {
    files: { 'main.ts': "import x from './d.json' with { type: 'json' }; console.log(x)", 'd.json': '{"a":1}' },
    out: '{ a: 1 }',
  },
  'resolveJsonModule allows JSON without attribute': {
    files: {
      'main.ts': show('./d.json'), 'd.json': '{"a":1}', 'tsconfig.json': '{"compilerOptions":{"resolveJsonModule":true}}',
    },
    out: '{ a: 1 }',
  },
  'require of JSON from CommonJS TypeScript': {
    files: { 'package.json': CJS, 'main.ts': "console.log(require('./d.json').a)", 'd.json': '{"a":1}' }, out: '1',
  },
  'a program that breaks the built-ins': {
    files: {
      'main.cjs': `String.prototype.endsWith = JSON.parse = Map.prototype.get = Array.prototype.includes = () => { throw 1 };
        RegExp.prototype.exec = String.prototype.slice = () => { throw 2 };
        import('./x.js').then((m) => console.log(m.default));`,
      'x.ts': value('survived'),
    },
    run: 'main.cjs', out: 'survived',
  },
});
