// How the parser lays out a node, by its tag: the type and, in the order of the text, the fields that may hold code or
// that we ask for, with their slots. What is not listed holds types or text.
//
//   field:1    a node                              field=1          text; in slot 0 the node's own
//   field*1    a list, its start and its length    field?1          a bit of the flags
//   field*1+3  a list and one more at its end      field@2.3=a,b,c  one of several texts, by a shift of the flags
//   field(1    parameters, in a node of their own                   and a mask; `_` is a space
const LAYOUTS: Readonly<Record<number, string>> = {
  0: 'SequenceExpression expressions*1',
  1: 'ParenthesizedExpression expression:1',
  2: 'ArrowFunctionExpression params(2 body:4 async?1',
  3: 'type@0.3=FunctionDeclaration,FunctionExpression,TSDeclareFunction,TSEmptyBodyFunctionExpression id:1 params(3 body:5 generator?2 async?3',
  4: 'BlockStatement body*1',
  5: 'BlockStatement body*1',
  7: 'Parameter pattern:1',
  8: 'BinaryExpression left:1 right:2',
  9: 'LogicalExpression left:1 right:2',
  10: 'ConditionalExpression test:1 consequent:2 alternate:3',
  11: 'UnaryExpression argument:1 operator@0.7=-,+,!,~,typeof,void,delete',
  12: 'UpdateExpression argument:1',
  13: 'AssignmentExpression left:1 right:2 operator@0.15==,+=,-=,*=,/=,%=,**=,<<=,>>=,>>>=,|=,^=,&=,||=,&&=,??=',
  14: 'ArrayExpression elements*1',
  15: 'ObjectExpression properties*1',
  16: 'SpreadElement argument:1',
  17: 'Property key:1 value:2 kind@0.3=init,get,set computed?4',
  18: 'MemberExpression object:1 property:2 computed?0 optional?1',
  19: 'CallExpression callee:1 arguments*3 optional?0',
  20: 'ChainExpression expression:1',
  21: 'TaggedTemplateExpression tag:1 quasi:3',
  22: 'NewExpression callee:1 arguments*3',
  23: 'AwaitExpression argument:1',
  24: 'YieldExpression argument:1 delegate?0',
  25: 'MetaProperty meta:1 property:2',
  26: 'Decorator expression:1',
  27: 'type@0.1=ClassDeclaration,ClassExpression decorators*1 id:3 superClass:5 body:9',
  28: 'ClassBody body*1',
  29: 'MethodDefinition decorators*1 key:3 value:4 kind@0.3=constructor,method,get,set computed?2',
  30: 'type@2.1=PropertyDefinition,AccessorProperty decorators*1 key:3 value:5 computed?0',
  31: 'StaticBlock body*1',
  32: 'Super',
  33: 'Literal value=1',
  34: 'Literal number=0',
  35: 'Literal',
  36: 'Literal',
  37: 'Literal',
  38: 'ThisExpression',
  39: 'Literal',
  40: 'TemplateLiteral expressions*3',
  41: 'TemplateElement',
  42: 'Identifier name=1',
  43: 'PrivateIdentifier name=1',
  44: 'Identifier decorators*3 name=1',
  45: 'Identifier name=1',
  46: 'Identifier name=1',
  47: 'ExpressionStatement expression:1',
  48: 'IfStatement test:1 consequent:2 alternate:3',
  49: 'SwitchStatement discriminant:1 cases*2',
  50: 'SwitchCase test:1 consequent*2',
  51: 'ForStatement init:1 test:2 update:3 body:4',
  52: 'ForInStatement left:1 right:2 body:3',
  53: 'ForOfStatement left:1 right:2 body:3 await?0',
  54: 'WhileStatement test:1 body:2',
  55: 'DoWhileStatement body:1 test:2',
  56: 'BreakStatement',
  57: 'ContinueStatement',
  58: 'LabeledStatement body:2',
  59: 'WithStatement object:1 body:2',
  60: 'ReturnStatement argument:1',
  61: 'ThrowStatement argument:1',
  62: 'TryStatement block:1 handler:2 finalizer:3',
  63: 'CatchClause param:1 body:2',
  64: 'DebuggerStatement',
  65: 'EmptyStatement',
  66: 'VariableDeclaration declarations*1 kind@0.7=var,let,const,using,await_using',
  67: 'VariableDeclarator id:1 init:2',
  68: 'ExpressionStatement expression:1 directive=2',
  69: 'AssignmentPattern decorators*1 left:3 right:5',
  70: 'RestElement decorators*1 argument:3',
  71: 'ArrayPattern decorators*1 elements*3+5',
  72: 'ObjectPattern decorators*1 properties*3+5',
  73: 'Property key:1 value:2 computed?1',
  74: 'Program body*1',
  75: 'ImportExpression source:1 options:2',
  76: 'ImportDeclaration specifiers*1 source:3',
  77: 'ImportSpecifier imported:1 local:2',
  78: 'ImportDefaultSpecifier local:1',
  79: 'ImportNamespaceSpecifier local:1',
  81: 'ExportNamedDeclaration declaration:1 specifiers*2 source:4',
  82: 'ExportDefaultDeclaration declaration:1',
  83: 'ExportAllDeclaration exported:1 source:2',
  84: 'ExportSpecifier local:1 exported:2',
  139: 'TSEnumDeclaration id:1 body:2',
  140: 'TSEnumBody members*1',
  141: 'TSEnumMember id:1 initializer:2',
  142: 'TSModuleDeclaration id:1 body:2',
  143: 'TSModuleBlock body*1',
  144: 'TSModuleDeclaration id:1 body:2',
  145: 'TSParameterProperty decorators*1 parameter:3',
  146: 'Identifier',
  147: 'TSAsExpression expression:1',
  148: 'TSSatisfiesExpression expression:1',
  149: 'TSTypeAssertion expression:2',
  150: 'TSNonNullExpression expression:1',
  151: 'TSInstantiationExpression expression:1',
  152: 'TSExportAssignment expression:1',
  156: 'JSXElement openingElement:1 children*2',
  157: 'JSXOpeningElement attributes*3',
  159: 'JSXFragment children*2',
  165: 'JSXAttribute value:2',
  166: 'JSXSpreadAttribute argument:1',
  167: 'JSXExpressionContainer expression:1',
  170: 'JSXSpreadChild expression:1',
};

/** A field that holds one node, or the parameters of a function, or a list: its length is in the slot behind. */
export interface NodeField {
  readonly holds: 'node' | 'parameters' | 'list';
  readonly slot: number;
  /** The slot of one more node at the end of a list. */
  readonly last: number | undefined;
}

/** A field that holds no node. */
export type ValueField =
  | { readonly holds: 'text' | 'bit'; readonly at: number }
  | { readonly holds: 'choice'; readonly shift: number; readonly mask: number; readonly texts: readonly string[] };

export interface Layout {
  readonly type: string;
  readonly nodes: readonly NodeField[];
  readonly nodesByName: ReadonlyMap<string, NodeField>;
  readonly values: ReadonlyMap<string, ValueField>;
}

const FIELD =
  /^(?<name>\w+)(?:(?<sign>[:*(=?])(?<slot>\d+)(?:\+(?<last>\d+))?|@(?<shift>\d+)\.(?<mask>\d+)=(?<texts>.+))$/;
const NODES = { ':': 'node', '*': 'list', '(': 'parameters' } as const;

const KINDS = 256;
const UNLISTED: Layout = { type: '', nodes: [], nodesByName: new Map(), values: new Map() };

const layouts: readonly Layout[] = Array.from({ length: KINDS }, (_, tag) => readLayout(LAYOUTS[tag]));

/** How nodes with a tag are laid out. */
export function layoutOf(tag: number): Layout {
  return layouts[tag] ?? UNLISTED;
}

/** Whether nodes with a tag may hold others. */
export function hasNodes(tag: number): boolean {
  return layoutOf(tag).nodes.length > 0;
}

/** A set of tags: those of nodes of some types. */
export class Tags {
  readonly #isIn = new Uint8Array(KINDS);

  constructor(types: readonly string[]) {
    for (let tag = 0; tag < KINDS; tag++) {
      const { type, values } = layoutOf(tag);
      const chosen = values.get('type');
      const all = chosen?.holds === 'choice' ? chosen.texts : [type];
      this.#isIn[tag] = all.some(each => types.includes(each)) ? 1 : 0;
    }
  }

  has(tag: number): boolean {
    return this.#isIn[tag] === 1;
  }
}

function readLayout(described: string | undefined): Layout {
  if (described === undefined) return UNLISTED;
  const nodesByName = new Map<string, NodeField>();
  const values = new Map<string, ValueField>();
  const [first = '', ...rest] = described.split(' ');
  const isChosen = first.startsWith('type@');
  for (const field of isChosen ? [first, ...rest] : rest) readField(field, nodesByName, values);
  return { type: isChosen ? '' : first, nodes: [...nodesByName.values()], nodesByName, values };
}

function readField(described: string, nodes: Map<string, NodeField>, values: Map<string, ValueField>): void {
  const { name = '', sign = '', slot, last, shift, mask, texts } = FIELD.exec(described)?.groups ?? {};
  if (texts !== undefined) {
    const choices = texts.split(',').map(text => text.replace('_', ' '));
    values.set(name, { holds: 'choice', shift: Number(shift), mask: Number(mask), texts: choices });
  } else if (sign === '=') values.set(name, { holds: 'text', at: Number(slot) });
  else if (sign === '?') values.set(name, { holds: 'bit', at: Number(slot) });
  else {
    const holds = NODES[sign as keyof typeof NODES];
    nodes.set(name, { holds, slot: Number(slot), last: last === undefined ? undefined : Number(last) });
  }
}
