// What `@oxc-project/runtime/helpers/decorateMetadata` resolves to in a file with `experimentalDecorators`.
'use strict';

module.exports = require('../../cell/helpers.mjs').decorateMetadata;
