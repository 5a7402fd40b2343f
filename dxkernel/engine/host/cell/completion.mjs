/**
 * Which statements give the cell its value?
 *
 * ECMAScript defines the completion value of a Script statement by statement. This plans it with one variable: which
 * expression statements store into it and which statements first reset it to undefined. It goes backwards from the end,
 * so that a hot loop early in the cell stores nothing. https://tc39.es/ecma262/#sec-statement-and-declaration-evaluations
 */
import { isLoop } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/**
 * @typedef {object} Plan
 * @property {Set<Node>} values expression statements whose value is stored
 * @property {Set<Node>} resets statements before which the value becomes undefined
 * @property {Set<Node>} catches catch clauses whose block starts with undefined
 * @property {Set<Node>} finallies finally blocks that keep the value aside, because a break may leave them
 */

/** @param {Node[]} body @returns {Plan} */
export function planCompletion(body) {
  /** @type {Plan} */ const plan = { values: new Set(), resets: new Set(), catches: new Set(), finallies: new Set() };
  const planner = new Planner(plan);
  planner.list(body);
  return plan;
}

/** Holds the plan and the memo of escapes while one cell is planned. */
class Planner {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** @type {Map<Node, Set<string>>} */ this.escapes = new Map();
  }

  /** @param {Node[]} statements */
  list(statements) {
    const leaves = statements.some((statement) => this.escapesOf(statement).size > 0);
    for (let index = statements.length - 1; index >= 0; index--) {
      this.statement(statements[index]);
      if (!leaves && this.alwaysValue(statements[index])) return;
    }
  }

  /** @param {Node} node */
  statement(node) {
    const { plan } = this;
    switch (node.type) {
      case 'ExpressionStatement': case 'ExportDefaultDeclaration': plan.values.add(node); return;
      case 'BlockStatement': this.list(node.body); return;
      case 'LabeledStatement': this.statement(node.body); return;
      case 'IfStatement': this.ifStatement(node, true); return;
      case 'SwitchStatement':
        plan.resets.add(node);
        for (const clause of node.cases) for (const statement of clause.consequent) this.statement(statement);
        return;
      case 'TryStatement': this.tryStatement(node); return;
      case 'WithStatement': plan.resets.add(node); this.statement(node.body); return;
      default:
        if (isLoop(node)) { plan.resets.add(node); this.statement(node.body); }
    }
  }

  /** One reset serves a whole `else if` chain. @param {Node} node @param {boolean} outermost */
  ifStatement(node, outermost) {
    if (outermost && !this.branchesHaveValues(node)) this.plan.resets.add(node);
    this.statement(node.consequent);
    if (node.alternate?.type === 'IfStatement') this.ifStatement(node.alternate, false);
    else if (node.alternate) this.statement(node.alternate);
  }

  /** @param {Node} node @returns {boolean} */
  branchesHaveValues(node) {
    const { consequent, alternate } = node;
    if (!alternate || !this.alwaysValue(consequent)) return false;
    return alternate.type === 'IfStatement' ? this.branchesHaveValues(alternate) : this.alwaysValue(alternate);
  }

  /** @param {Node} node */
  tryStatement(node) {
    const { block, handler, finalizer } = node;
    if (!this.alwaysValue(block)) this.plan.resets.add(node);
    this.list(block.body);
    if (handler) {
      if (!this.alwaysValue(handler.body)) this.plan.catches.add(handler);
      this.list(handler.body.body);
    }
    if (finalizer && this.escapesOf(finalizer).size > 0) {
      this.plan.finallies.add(finalizer);
      this.list(finalizer.body);
    }
  }

  /** Does it, when it completes or is left by a break, always bring a value of its own? @param {Node} node @returns {boolean} */
  alwaysValue(node) {
    switch (node.type) {
      case 'ExpressionStatement': case 'ExportDefaultDeclaration': case 'IfStatement': case 'SwitchStatement':
      case 'TryStatement': case 'WithStatement':
        return true;
      case 'BlockStatement':
        return this.escapesOf(node).size === 0 && node.body.some((/** @type {Node} */ statement) => this.alwaysValue(statement));
      case 'LabeledStatement': return isLoop(node.body) || (this.escapesOf(node.body).size === 0 && this.alwaysValue(node.body));
      default: return isLoop(node);
    }
  }

  /** Where control may go out of the statement: 'break', 'continue', or a label. @param {Node} node @returns {Set<string>} */
  escapesOf(node) {
    let known = this.escapes.get(node);
    if (known === undefined) this.escapes.set(node, (known = this.computeEscapes(node)));
    return known;
  }

  /** @param {Node} node @returns {Set<string>} */
  computeEscapes(node) {
    /** @type {Set<string>} */ const out = new Set();
    /** @param {Node | null | undefined} child */
    const add = (child) => { if (child) for (const target of this.escapesOf(child)) out.add(target); };
    switch (node.type) {
      case 'BreakStatement': out.add(node.label ? `:${node.label.name}` : 'break'); break;
      case 'ContinueStatement': out.add(node.label ? `:${node.label.name}` : 'continue'); break;
      case 'BlockStatement': node.body.forEach(add); break;
      case 'IfStatement': add(node.consequent); add(node.alternate); break;
      case 'LabeledStatement': add(node.body); out.delete(`:${node.label.name}`); break;
      case 'WithStatement': add(node.body); break;
      case 'TryStatement': add(node.block); add(node.handler?.body); add(node.finalizer); break;
      case 'SwitchStatement':
        for (const clause of node.cases) clause.consequent.forEach(add);
        out.delete('break');
        break;
      default:
        if (isLoop(node)) { add(node.body); out.delete('break'); out.delete('continue'); }
    }
    return out;
  }
}
