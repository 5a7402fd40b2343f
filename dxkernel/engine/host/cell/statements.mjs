/**
 * The statements of a cell, as statements of a function: declarations become assignments to the script scope, functions
 * move to the top, and the planned completion values are stored.
 *
 * Only the cell's own statements are touched, never the inside of a function or an expression. Every insertion begins
 * with a word or a digit, so that automatic semicolon insertion before it works as before.
 */
import { boundIdentifiers, declarationOf, isAnonymousFunction, isLoop, lacksSemicolon } from './tree.mjs';
import { labelledFunction } from './names.mjs';
import { loadsModule } from './modules.mjs';
import { lexicalNames } from './scope.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/**
 * @typedef {object} Job
 * @property {import('magic-string').default} edited
 * @property {string} text
 * @property {Node[]} body
 * @property {import('./completion.mjs').Plan} plan
 * @property {(name: string) => boolean} persists does the name live in the script scope
 * @property {(node: Node) => boolean} usesItself does a top-level function refer to its own name
 * @property {(statement: Node) => string} importCode
 * @property {string} prefix
 * @property {boolean} strict
 */
/** @typedef {{ blockFunctions: Set<string>, locals: Set<string> }} Extra names that turned up on the way */

/** @param {Job} job @returns {Extra} */
export function rewriteStatements(job) {
  const rewriter = new StatementRewriter(job);
  rewriter.program();
  return { blockFunctions: rewriter.blockFunctions, locals: rewriter.locals };
}

/** Holds the job and where hoisted code goes while one cell is rewritten. */
class StatementRewriter {
  /** @param {Job} job */
  constructor(job) {
    this.job = job;
    this.edited = job.edited;
    this.value = `${job.prefix}v`;
    /** @type {Set<string>} */ this.blockFunctions = new Set();
    /** @type {Set<string>} */ this.locals = new Set();
    this.disposables = 0;
  }

  program() {
    const { body } = this.job;
    let leading = 0;
    while (leading < body.length && this.isHoistedFunction(body[leading])) leading++;
    const functionsTo = leading > 0 ? body[leading - 1].end : 0;
    while (leading < body.length && loadsModule(body[leading])) leading++;
    const importsTo = leading > 0 ? body[leading - 1].end : 0;
    const scopes = [lexicalNames(body.map(declarationOf).filter((node) => node.type !== 'FunctionDeclaration'))];
    body.forEach((statement, index) => {
      if (loadsModule(statement)) this.hoistImport(statement, index < leading ? -1 : importsTo);
      else if (this.isHoistedFunction(statement)) this.hoistFunction(statement, index < leading ? -1 : functionsTo);
      else this.topStatement(statement, scopes);
    });
  }

  /** @param {Node} statement */
  isHoistedFunction(statement) {
    const declaration = declarationOf(statement);
    return declaration.type === 'FunctionDeclaration' && declaration.id && this.job.persists(declaration.id.name);
  }

  /** @param {Node} statement @param {number} to */
  hoistImport(statement, to) {
    this.edited.update(statement.start, statement.end, this.job.importCode(statement));
    if (to >= 0) this.moveTop(statement, to);
  }

  /** @param {Node} statement @param {number} to */
  hoistFunction(statement, to) {
    const declaration = declarationOf(statement);
    if (statement !== declaration) this.edited.update(statement.start, declaration.start, '');
    this.nameFunction(declaration, statement.start, `${declaration.id.name} = `, this.job.usesItself(declaration));
    this.edited.appendLeft(statement.end, ';');
    if (to >= 0) this.moveTop(statement, to);
    if (this.job.plan.values.has(statement)) this.edited.appendRight(statement.end, ` ${this.value} = ${declaration.id.name};`);
  }

  /** What stood before and after must not grow together. @param {Node} statement @param {number} to */
  moveTop(statement, to) {
    if (statement.start === to) return;
    this.edited.appendLeft(statement.start, ';');
    this.edited.move(statement.start, statement.end, to);
  }

  /**
   * A function that mentions its own name must mean the persistent binding, so it becomes an anonymous function
   * expression that gets its name from the assignment; others keep their text.
   * @param {Node} node @param {number} at @param {string} target @param {boolean} anonymous
   */
  nameFunction(node, at, target, anonymous) {
    this.edited.appendRight(at, target);
    if (anonymous) this.edited.update(node.id.start, node.id.end, '');
  }

  /** @param {Node} statement @param {Set<string>[]} scopes */
  topStatement(statement, scopes) {
    const { edited } = this;
    const declaration = declarationOf(statement);
    if (statement.type === 'ExportNamedDeclaration' && !statement.declaration) {
      edited.update(statement.start, statement.end, ';');
    } else if (statement.type === 'ExportDefaultDeclaration' && declaration === statement) {
      this.exportDefault(statement);
    } else {
      if (declaration !== statement) edited.update(statement.start, declaration.start, '');
      const before = this.job.plan.values.has(statement) ? `${this.value} = ` : '';
      if (declaration.type === 'ClassDeclaration') this.classDeclaration(declaration, statement.start, before);
      else if (declaration.type === 'VariableDeclaration' && declaration.kind !== 'var') this.variables(declaration);
      else this.statement(declaration, true, scopes);
    }
  }

  /** @param {Node} node @param {number} at @param {string} before */
  classDeclaration(node, at, before) {
    if (!node.id || !this.job.persists(node.id.name)) return;
    this.edited.appendRight(at, `${before}${node.id.name} = `);
    this.edited.appendLeft(node.end, ';');
  }

  /** @param {Node} statement */
  exportDefault(statement) {
    const { declaration } = statement;
    // The language names an anonymous default export 'default'; a computed-free property gives the same name.
    const [open, close] = isAnonymousFunction(declaration) ? ['({default: ', '}).default'] : ['(', ')'];
    const target = this.job.plan.values.has(statement) ? `${this.value} = ` : 'void ';
    const end = this.expressionEnd(statement);
    const start = this.afterDefault(statement);
    this.edited.update(statement.start, start, `${target}${open}`);
    this.edited.appendLeft(end, close);
    this.terminate(statement, true);
  }

  /** Parentheses around the expression belong to it. @param {Node} statement */
  afterDefault(statement) {
    const match = /^export(?:\s|\/\/.*|\/\*[^]*?\*\/)+default/.exec(this.job.text.slice(statement.start, statement.declaration.start));
    return match ? statement.start + match[0].length : statement.declaration.start;
  }

  /**
   * @param {Node} node @param {boolean} inList stands in a list of statements, so that one may be put before it
   * @param {Set<string>[]} scopes lexical names around it, innermost last
   * @param {number} [at] where its outermost label begins
   */
  statement(node, inList, scopes, at = node.start) {
    const reset = this.job.plan.resets.has(node);
    if (reset) this.edited.appendRight(at, inList ? `${this.value} = void 0; ` : `{ ${this.value} = void 0; `);
    this.inner(node, inList, scopes, at);
    if (reset && !inList) this.edited.appendLeft(node.end, ' }');
  }

  /** @param {Node} node @param {boolean} inList @param {Set<string>[]} scopes @param {number} at */
  inner(node, inList, scopes, at) {
    switch (node.type) {
      case 'ExpressionStatement': this.expression(node); return;
      case 'VariableDeclaration': if (node.kind === 'var') this.variables(node); else this.terminate(node); return;
      case 'FunctionDeclaration': this.loneFunction(node, inList, scopes); return;
      case 'BlockStatement': this.block(node.body, [...scopes, lexicalNames(node.body)]); return;
      case 'IfStatement':
        this.statement(node.consequent, false, scopes);
        if (node.alternate) this.statement(node.alternate, false, scopes);
        return;
      case 'LabeledStatement': this.labelled(node, inList, scopes, at); return;
      case 'TryStatement': this.tryStatement(node, scopes); return;
      case 'SwitchStatement': this.switchStatement(node, inList, scopes, at); return;
      case 'WithStatement': this.statement(node.body, false, scopes); return;
      default:
        if (isLoop(node)) this.loop(node, scopes);
        else this.terminate(node);
    }
  }

  /** @param {Node} node */
  expression(node) {
    if (this.job.plan.values.has(node)) {
      const { expression } = node;
      const [open, close] = isAnonymousFunction(expression) ? ['(0, ', ')'] : expression.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
      this.edited.appendRight(node.start, `${this.value} = ${open}`);
      if (close) this.edited.appendLeft(this.expressionEnd(node), close);
    }
    this.terminate(node);
  }

  /** @param {Node} statement */
  expressionEnd(statement) {
    return this.job.text[statement.end - 1] === ';' ? statement.end - 1 : statement.end;
  }

  /** @param {Node} node @param {boolean} [force] */
  terminate(node, force = false) {
    const lacks = force ? this.job.text[node.end - 1] !== ';' : lacksSemicolon(node, this.job.text);
    if (lacks) this.edited.appendLeft(node.end, ';');
  }

  /** @param {Node} node @param {boolean} inList @param {Set<string>[]} scopes @param {number} at */
  labelled(node, inList, scopes, at) {
    const declaration = labelledFunction(node);
    if (!declaration) { this.statement(node.body, inList, scopes, at); return; }
    // As if it stood at the top; functions in labels are rare enough to be assigned before the label.
    this.nameFunction(declaration, declaration.start, `${declaration.id.name} = `, this.job.usesItself(declaration));
    this.edited.appendLeft(declaration.end, ';');
    this.edited.appendLeft(declaration.start, ';');
    if (at > 0) this.edited.move(declaration.start, declaration.end, 0);
    else this.edited.move(declaration.start, declaration.end, at);
  }

  /** @param {Node} node @param {Set<string>[]} scopes */
  tryStatement(node, scopes) {
    const { value, job: { plan } } = this;
    this.inner(node.block, true, scopes, 0);
    if (node.handler) {
      const param = node.handler.param?.type === 'Identifier' ? [] : boundIdentifiers(node.handler.param).map((id) => id.name);
      if (plan.catches.has(node.handler)) this.edited.appendLeft(node.handler.body.start + 1, ` ${value} = void 0;`);
      this.inner(node.handler.body, true, [...scopes, new Set(param)], 0);
    }
    if (node.finalizer) {
      if (plan.finallies.has(node.finalizer)) this.edited.appendLeft(node.finalizer.start + 1, ` const ${value}f = ${value}; ${value} = void 0;`);
      this.inner(node.finalizer, true, scopes, 0);
      if (plan.finallies.has(node.finalizer)) this.edited.appendLeft(node.finalizer.end - 1, ` ${value} = ${value}f; `);
    }
  }

  /** @param {Node} node @param {Set<string>[]} scopes */
  loop(node, scopes) {
    const head = node.type === 'ForStatement' ? node.init : node.left;
    /** @type {Set<string>} */ const names = head?.type === 'VariableDeclaration' && head.kind !== 'var' ? lexicalNames([head]) : new Set();
    if (head?.type === 'VariableDeclaration' && head.kind === 'var') {
      if (node.type === 'ForStatement') this.variables(head, true); else this.forInHead(node, head);
    }
    this.statement(node.body, false, [...scopes, names]);
    this.terminate(node);
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

  /** A declaration becomes an expression statement of assignments. @param {Node} node @param {boolean} [inHead] */
  variables(node, inHead = false) {
    const { edited } = this;
    if (this.persistAll(node)) {
      if (node.kind.endsWith('using')) this.using(node);
      else {
        const first = node.declarations[0].id.type === 'Identifier' ? '' : '0, ';
        edited.update(node.start, node.start + node.kind.length, first);
        for (const declarator of node.declarations) this.declarator(declarator, node.kind);
      }
    }
    if (!inHead) this.terminate(node);
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

  /** @param {Node[]} list @param {Set<string>[]} scopes */
  block(list, scopes) {
    for (const statement of list) {
      if (statement.type === 'FunctionDeclaration') continue;
      this.statement(statement, true, scopes);
    }
    if (list.length > 0) this.functionsOf(list, list[0].start, scopes, '');
  }

  /**
   * Sloppy block functions: a `let` at the top of the block, and at its place the assignment to the variable outside.
   * Left alone, they would become variables of the wrapping function. https://tc39.es/ecma262/#sec-web-compat-globaldeclarationinstantiation
   * @param {Node[]} list @param {number} to @param {Set<string>[]} scopes @param {string} open
   */
  functionsOf(list, to, scopes, open) {
    if (this.job.strict) return;
    /** @type {Set<string>} */ const seen = new Set();
    let leading = list[0]?.start === to;
    for (const node of list) {
      if (node.type !== 'FunctionDeclaration' || node.async || node.generator) { leading = false; continue; }
      const { name } = node.id;
      const target = seen.has(name) ? `${name} = ` : `let ${name} = `;
      this.nameFunction(node, node.start, seen.size === 0 ? open + target : target, mentionsItself(node, this.job.text));
      this.edited.appendLeft(node.end, ';');
      seen.add(name);
      const outer = this.isVisibleOutside(name, scopes) ? ` ${this.job.prefix}s.${name} = ${name};` : ' ;';
      this.edited.appendRight(node.end, outer);
      if (!leading) this.edited.move(node.start, node.end, to);
    }
    return seen.size > 0;
  }

  /** @param {string} name @param {Set<string>[]} scopes */
  isVisibleOutside(name, scopes) {
    if (scopes.slice(0, -1).some((names) => names.has(name))) return false;
    this.blockFunctions.add(name);
    return true;
  }

  /** `if (x) function f() {}`. @param {Node} node @param {boolean} inList @param {Set<string>[]} scopes */
  loneFunction(node, inList, scopes) {
    if (inList || this.job.strict) return;
    const { name } = node.id;
    this.nameFunction(node, node.start, `{ let ${name} = `, mentionsItself(node, this.job.text));
    const outer = this.isVisibleOutside(name, [...scopes, new Set()]) ? ` ${this.job.prefix}s.${name} = ${name};` : '';
    this.edited.appendLeft(node.end, `;${outer} }`);
  }

  /** @param {Node} node @param {boolean} inList @param {Set<string>[]} scopes @param {number} at */
  switchStatement(node, inList, scopes, at) {
    const list = node.cases.flatMap((/** @type {Node} */ clause) => clause.consequent);
    const inner = [...scopes, lexicalNames(list)];
    for (const statement of list) if (statement.type !== 'FunctionDeclaration') this.statement(statement, true, inner);
    void inList; void at;
    // There is no place before the first case, so the functions stand before the switch, in a block around it.
    if (this.functionsOf(list, node.start, inner, '{ ')) this.edited.appendLeft(node.end, ' }');
  }
}

/** @param {Node} node @param {string} text */
function mentionsItself(node, text) {
  const rest = text.slice(node.id.end, node.end);
  return new RegExp(`(?<![$\\w])${node.id.name.replace(/\$/g, '\\$')}(?![$\\w])`).test(rest);
}
