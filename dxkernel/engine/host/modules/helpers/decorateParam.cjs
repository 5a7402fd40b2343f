// What `@oxc-project/runtime/helpers/decorateParam` resolves to in a file with `experimentalDecorators`.
'use strict';

module.exports = require('../../cell/helpers.mjs').decorateParam;
