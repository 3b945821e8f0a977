import type { WebSocket } from 'ws';

/** What a member says. */
export type ClientMessage =
  | { readonly type: 'join'; readonly room: string; readonly name: string }
  | { readonly type: 'say'; readonly text: string };

interface Member {
  readonly socket: WebSocket;
  readonly name: string;
  readonly room: string;
}

/** Who is where; whatever is said in a room goes to everyone in it. */
export class Rooms {
  readonly #members = new Map<WebSocket, Member>();

  receive(socket: WebSocket, raw: string): void {
    const message = parseMessage(raw);
    if (message.type === 'join') this.join({ socket, name: message.name, room: message.room });
    else this.say(socket, message.text);
  }

  join(member: Member): void {
    this.#members.set(member.socket, member);
    this.broadcast(member.room, { type: 'joined', name: member.name, members: this.inRoom(member.room).length });
  }

  leave(socket: WebSocket): void {
    const member = this.#members.get(socket);
    if (member === undefined) return;
    this.#members.delete(socket);
    this.broadcast(member.room, { type: 'left', name: member.name });
  }

  say(socket: WebSocket, text: string): void {
    const member = this.#members.get(socket);
    if (member === undefined) throw new NotInRoom();
    this.broadcast(member.room, { type: 'said', name: member.name, text });
  }

  private broadcast(room: string, event: object): void {
    const text = JSON.stringify(event);
    for (const { socket } of this.inRoom(room)) socket.send(text);
  }

  private inRoom(room: string): Member[] {
    return [...this.#members.values()].filter(member => member.room === room);
  }
}

/** Only members of a room can speak. */
export class NotInRoom extends Error {
  readonly code = 'NotInRoom';

  constructor() {
    super('Join a room first');
  }
}

function parseMessage(raw: string): ClientMessage {
  return JSON.parse(raw) as ClientMessage;
}
