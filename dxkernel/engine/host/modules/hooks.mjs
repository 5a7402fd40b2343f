/** The module hooks, for ES modules: what the engine imports. The contracts are in `hooks.cjs`. */

export { installHooks, isTransformed, mapOf, serveVirtual, withoutOurFrames } from './hooks.cjs';
