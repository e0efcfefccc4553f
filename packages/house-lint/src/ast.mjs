/** Small questions about syntax trees that several rules ask. Nodes are ESTree nodes as typescript-eslint makes them. */

/** The name a member expression or identifier ends in: `a.b.log` and `log` give `log`; anything else undefined. */
export function lastName(node) {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type === 'ThisExpression') return 'this';
  if (node?.type === 'ChainExpression' || node?.type === 'TSNonNullExpression') return lastName(node.expression);
  if (node?.type !== 'MemberExpression') return undefined;
  if (!node.computed) return node.property.name;
  return typeof node.property.value === 'string' ? node.property.value : undefined;
}

/** The identifier an expression starts with: `a.b().c` gives `a`; undefined for anything that starts otherwise. */
export function firstName(node) {
  let at = node;
  for (;;) {
    if (at?.type === 'MemberExpression') at = at.object;
    else if (at?.type === 'CallExpression' || at?.type === 'NewExpression') at = at.callee;
    else if (at?.type === 'TSNonNullExpression' || at?.type === 'ChainExpression') at = at.expression;
    else return at?.type === 'Identifier' ? at.name : undefined;
  }
}

/** The text of a string literal or of a template without expressions; undefined for everything computed. */
export function constantText(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** Whether the node is a function of any form. */
export function isFunction(node) {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  );
}

/** The name of a type reference: `Grant<'a'>` and `x.Grant` give `Grant`; undefined for other types. */
export function typeName(node) {
  if (node?.type !== 'TSTypeReference') return undefined;
  return node.typeName.type === 'TSQualifiedName' ? node.typeName.right.name : node.typeName.name;
}

/** Module names without the `node:` scheme, so that both spellings count as one. */
export function plainModule(source) {
  return source.startsWith('node:') ? source.slice(5) : source;
}

/** Makes a rule of one message out of its visitor; `visitor(report)` gets a function that reports a node. */
export function rule(description, message, visitor) {
  return {
    meta: { type: 'problem', docs: { description }, schema: [], messages: { refused: message } },
    create(context) {
      return visitor((node) => context.report({ node, messageId: 'refused' }), context);
    },
  };
}
