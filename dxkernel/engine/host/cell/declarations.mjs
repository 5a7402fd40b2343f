/**
 * `var`, `let`, `const` and `using` of a cell as assignments to the script scope.
 *
 * An assignment names anonymous functions as the declaration would. Each replacement begins with a word or a digit.
 */
import { boundIdentifiers } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {Pick<import('./statements.mjs').Job, 'edited' | 'text' | 'persists' | 'prefix'>} DeclarationJob */

/** Holds what one cell's declarations need and leave behind. */
export class DeclarationRewriter {
  /** @param {DeclarationJob} job */
  constructor(job) {
    this.job = job;
    this.edited = job.edited;
    /** @type {Set<string>} names of a transformer's helpers */ this.locals = new Set();
    this.disposables = 0;
  }

  /** @param {Node} node @param {Node} head */
  forInHead(node, head) {
    const [{ id, init }] = head.declarations;
    if (!this.persistAll(head)) return;
    const isWord = id.type === 'Identifier' && /^(async|let)$/.test(id.name);
    this.edited.update(head.start, id.start, isWord ? ' (' : ' ');
    if (isWord) this.edited.appendLeft(id.end, ')');
    if (!init) return;
    // Annex B: for (var x = 1 in o)
    this.edited.update(id.end, head.end, '');
    this.edited.appendRight(node.right.start, `(${id.name} = (${this.job.text.slice(init.start, init.end)}), `);
    this.edited.appendLeft(node.right.end, ')');
  }

  /** True where the names live in the script scope; a helper's names among them become locals. @param {Node} node */
  persistAll(node) {
    const names = node.declarations.flatMap((/** @type {Node} */ declarator) => boundIdentifiers(declarator.id)).map((/** @type {Node} */ id) => id.name);
    if (!names.some(this.job.persists)) return names.length === 0;
    for (const name of names) if (!this.job.persists(name)) this.locals.add(name);
    return true;
  }

  /** A declaration becomes an expression statement of assignments. @param {Node} node */
  variables(node) {
    const { edited } = this;
    if (this.persistAll(node)) {
      if (node.kind.endsWith('using')) this.using(node);
      else {
        const first = node.declarations[0].id.type === 'Identifier' ? '' : '0, ';
        edited.update(node.start, node.start + node.kind.length, first);
        for (const declarator of node.declarations) this.declarator(declarator, node.kind);
      }
    }
  }

  /** @param {Node} declarator @param {string} kind */
  declarator({ id, init, start, end }, kind) {
    if (id.type !== 'Identifier') {
      this.edited.appendRight(start, '(');
      this.edited.appendLeft(end, ')');
    } else if (!init && kind === 'var') this.edited.update(start, end, '0');
    else if (!init) this.edited.appendLeft(end, ' = void 0');
  }

  /** The resource is disposed when the function ends; the name stays readable. @param {Node} node */
  using(node) {
    for (const { id } of node.declarations) this.edited.appendRight(id.start, `${this.job.prefix}u${this.disposables++} = `);
  }
}
