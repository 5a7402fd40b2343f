// Preload of `dx run`: `node --require register.cjs FILE`. It is in execArgv, so workers and forks of the program get it.
// CommonJS on purpose: `--import` makes Node start every program through its ESM loader, which changes `require.main`.
'use strict';

require('./hooks.cjs').installHooks();
