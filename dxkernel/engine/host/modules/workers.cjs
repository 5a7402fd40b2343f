// Preload of the engine: `node --require workers.cjs main.mjs`. Worker threads inherit it and get the hooks by it; the main
// thread, which asks the bridge to transform, installs its own.
'use strict';

if (!require('node:worker_threads').isMainThread) require('./register.cjs');
