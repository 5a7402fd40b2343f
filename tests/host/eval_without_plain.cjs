// Preload for tests: every cell of `dx eval` takes the full path.
'use strict';

require('../../dxkernel/engine/host/eval/plain.cjs').plainCell = () => undefined;
