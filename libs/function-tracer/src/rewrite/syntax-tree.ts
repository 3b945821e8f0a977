import { lastUpTo } from './edits.ts';
import { layoutOf, type NodeField, type Tags, type ValueField } from './node-layouts.ts';

/**
 * A node, ESTree with TypeScript's additions; positions count UTF-16 units. A node has one object, so that nodes can
 * be compared. Its fields are read by the functions of node.ts.
 */
export class Node {
  readonly tree: SyntaxTree;
  readonly index: number;
  readonly type: string;

  constructor(tree: SyntaxTree, index: number) {
    this.tree = tree;
    this.index = index;
    this.type = tree.typeOf(index);
  }

  get start(): number {
    return this.tree.startOf(this.index);
  }

  get end(): number {
    return this.tree.endOf(this.index);
  }
}

export interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Is handed nodes by their indices. */
export interface NodeVisitor {
  visit(index: number): void;
}

/** Nodes on their way to be visited. Where it ends is set by hand: V8 takes its time to shorten an array. */
class NodeStack {
  readonly nodes: number[] = [];
  end = 0;

  push(index: number): void {
    if (index !== NONE) this.nodes[this.end++] = index;
  }
}

// The parser's memory, in words of 32 bits: a header, the nodes, their lists; then texts that are not in the source.
const NODES = 0;
const LIST_WORDS = 1;
const TEXT_BYTES = 2;
const SOURCE_BYTES = 3;
const COMMENTS = 4;
const PROBLEMS = 7;
const ROOT = 8;
const ASCII_BYTES = 10;
const HEADER_WORDS = 11;

// A comment, behind the texts: its kind, where its text begins and ends, and where itself does. Then a problem: how severe
// it is, in one byte, where it begins and ends, the length of its message and the message.
const COMMENT_WORDS = 5;
const PROBLEM_START = 1;
const MESSAGE_LENGTH = 9;

// A node: its tag and flags, slots from 1 on, and where it begins and ends, in bytes.
const START = 10;
const END = 11;
const NODE_WORDS = 12;
const NONE = -1;

const ARROW_FUNCTION = 2;
const FUNCTION = 3;
const FUNCTION_BODY = 5;
const PARAMETER = 7;

/**
 * A file's syntax, read where the parser wrote it: to make an object of every node takes three times as long as to
 * parse, and most are never asked for anything. Nodes are named by their index.
 */
export class SyntaxTree {
  readonly source: string;
  readonly #words: Int32Array;
  readonly #lists: number;
  readonly #memory: ArrayBuffer;
  readonly #nodes: (Node | undefined)[];
  readonly #ahead = new NodeStack();
  readonly #sourceBytes: number;
  readonly #asciiBytes: number;
  #shifts: ByteShifts | undefined;

  constructor(memory: ArrayBuffer, source: string) {
    this.source = source;
    this.#words = new Int32Array(memory, 0, memory.byteLength >> 2);
    this.#lists = HEADER_WORDS + this.#word(NODES) * NODE_WORDS;
    this.#memory = memory;
    // As long as it will be: indices come in no order, which makes V8 keep what grows as a table.
    this.#nodes = new Array<Node | undefined>(this.#word(NODES));
    this.#sourceBytes = this.#word(SOURCE_BYTES);
    this.#asciiBytes = this.#word(ASCII_BYTES);
  }

  get comments(): Comment[] {
    return Array.from({ length: this.#word(COMMENTS) }, (_, index) => {
      const [, from = 0, to = 0, start = 0, end = 0] = this.#words.subarray(this.#commentWord(index));
      return { value: this.#text(from, to), start: this.#position(start), end: this.#position(end) };
    });
  }

  /** The first that is wrong with the text. */
  get error(): { readonly message: string; readonly at: number } | undefined {
    if (this.#word(PROBLEMS) <= 0) return undefined;
    const place = new DataView(this.#memory, this.#commentWord(this.#word(COMMENTS)) * 4);
    const length = place.getUint32(MESSAGE_LENGTH, true);
    const message = new Uint8Array(this.#memory, place.byteOffset + MESSAGE_LENGTH + 4, length);
    return { message: decoder.decode(message), at: this.#position(place.getUint32(PROBLEM_START, true)) };
  }

  get root(): Node {
    return this.node(this.#word(ROOT));
  }

  node(index: number): Node {
    return (this.#nodes[index] ??= new Node(this, index));
  }

  tagOf(index: number): number {
    return this.#word(wordOf(index)) & 0xff;
  }

  typeOf(index: number): string {
    const { type } = layoutOf(this.tagOf(index));
    return type === '' ? (this.textOf(index, 'type') ?? '') : type;
  }

  startOf(index: number): number {
    return this.#position(this.#word(wordOf(index) + START));
  }

  endOf(index: number): number {
    return this.#position(this.#word(wordOf(index) + END));
  }

  /** Functions that have a body; TypeScript's overloads and abstract methods have none. */
  isFunction(index: number): boolean {
    const head = this.#word(wordOf(index));
    const tag = head & 0xff;
    if (tag !== FUNCTION) return tag === ARROW_FUNCTION;
    const isDeclarationOrExpression = (flagsIn(head) & 2) === 0;
    return isDeclarationOrExpression && this.#word(wordOf(index) + FUNCTION_BODY) !== NONE;
  }

  /** Visits the nodes directly below one, in the order of the text. */
  visitChildren(index: number, visitor: NodeVisitor): void {
    const { nodes } = layoutOf(this.tagOf(index));
    if (nodes.length === 0) return;
    const ahead = this.#ahead;
    const start = ahead.end;
    for (const field of nodes) this.#addNodes(index, field, ahead);
    const { end } = ahead;
    for (let at = start; at < end; at++) visitor.visit(ahead.nodes[at] ?? NONE);
    ahead.end = start;
  }

  /** All nodes with these tags, in no order. */
  nodesWith(tags: Tags): number[] {
    const found: number[] = [];
    for (let index = this.#word(NODES) - 1; index >= 0; index--) {
      if (tags.has(this.tagOf(index))) found.push(index);
    }
    return found;
  }

  /** The node in a field that holds one, if it is there. */
  nodeIn(index: number, field: string): Node | undefined {
    const place = layoutOf(this.tagOf(index)).nodesByName.get(field);
    if (place?.holds !== 'node') return undefined;
    const found = this.#word(wordOf(index) + place.slot);
    return found === NONE ? undefined : this.node(found);
  }

  /** The first node in a field that holds a list; none has the index -1. */
  firstIn(index: number, field: string): number {
    const place = layoutOf(this.tagOf(index)).nodesByName.get(field);
    if (place?.holds !== 'list' || this.#word(wordOf(index) + place.slot + 1) === 0) return NONE;
    return this.#word(this.#lists + this.#word(wordOf(index) + place.slot));
  }

  /** The nodes in a field; none if there is no such field. */
  nodesIn(index: number, field: string): number[] {
    const found = new NodeStack();
    const place = layoutOf(this.tagOf(index)).nodesByName.get(field);
    if (place !== undefined) this.#addNodes(index, place, found);
    return found.nodes;
  }

  textOf(index: number, field: string): string | undefined {
    const place = this.#valueField(index, field);
    if (place?.holds === 'choice') return place.texts[(this.#flags(index) >> place.shift) & place.mask];
    if (place?.holds !== 'text') return undefined;
    const base = wordOf(index) + place.at;
    return place.at === 0
      ? this.source.slice(this.startOf(index), this.endOf(index))
      : this.#text(this.#word(base), this.#word(base + 1));
  }

  bitOf(index: number, field: string): boolean {
    const place = this.#valueField(index, field);
    return place?.holds === 'bit' && ((this.#flags(index) >> place.at) & 1) === 1;
  }

  #addNodes(index: number, { holds, slot, last }: NodeField, found: NodeStack): void {
    const base = wordOf(index);
    const first = this.#word(base + slot);
    if (holds === 'node') found.push(first);
    else if (holds === 'parameters') this.#addParameters(first, found);
    else {
      this.#addList(first, this.#word(base + slot + 1), found);
      if (last !== undefined) found.push(this.#word(base + last));
    }
  }

  #addList(first: number, length: number, found: NodeStack): void {
    const start = this.#lists + first;
    for (let word = start; word < start + length; word++) found.push(this.#word(word));
  }

  #addParameters(holder: number, found: NodeStack): void {
    if (holder === NONE) return;
    const base = wordOf(holder);
    const start = this.#lists + this.#word(base + 1);
    const end = start + this.#word(base + 2);
    for (let word = start; word < end; word++) found.push(this.#pattern(this.#word(word)));
    found.push(this.#word(base + 3));
  }

  #pattern(parameter: number): number {
    return this.tagOf(parameter) === PARAMETER ? this.#word(wordOf(parameter) + 1) : parameter;
  }

  #commentWord(index: number): number {
    const texts = (this.#word(TEXT_BYTES) + 3) >> 2;
    return this.#lists + this.#word(LIST_WORDS) + texts + index * COMMENT_WORDS;
  }

  #valueField(index: number, field: string): ValueField | undefined {
    return layoutOf(this.tagOf(index)).values.get(field);
  }

  #flags(index: number): number {
    return flagsIn(this.#word(wordOf(index)));
  }

  #word(position: number): number {
    return this.#words[position] ?? NONE;
  }

  /** What is written with escapes is not in the source; its texts follow as if behind it. */
  #text(from: number, to: number): string {
    if (from < this.#sourceBytes) return this.source.slice(this.#position(from), this.#position(to));
    const texts = (this.#lists + this.#word(LIST_WORDS)) * 4 - this.#sourceBytes;
    return decoder.decode(new Uint8Array(this.#memory, texts + from, to - from));
  }

  #position(byte: number): number {
    if (byte <= this.#asciiBytes) return byte;
    this.#shifts ??= new ByteShifts(this.source);
    return this.#shifts.unitAt(byte);
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function wordOf(index: number): number {
  return HEADER_WORDS + index * NODE_WORDS;
}

function flagsIn(head: number): number {
  return head >>> 16;
}

/** How far bytes are ahead of UTF-16 units, from the end of each character that is not ASCII on. */
class ByteShifts {
  readonly #ends: number[] = [];
  readonly #shifts: number[] = [];

  constructor(source: string) {
    let shift = 0;
    for (const { 0: character, index } of source.matchAll(/\P{ASCII}/gu)) {
      shift += bytesOf(character.codePointAt(0) ?? 0) - character.length;
      this.#ends.push(index + character.length + shift);
      this.#shifts.push(shift);
    }
  }

  unitAt(byte: number): number {
    const last = lastUpTo(this.#ends, byte);
    return (this.#ends[last] ?? 0) <= byte ? byte - (this.#shifts[last] ?? 0) : byte;
  }
}

/** In UTF-8; half a surrogate pair counts as U+FFFD, which is written for it. */
function bytesOf(codePoint: number): number {
  if (codePoint < 0x800) return 2;
  return codePoint < 0x1_00_00 ? 3 : 4;
}
