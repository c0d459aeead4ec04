/** An SMTP server that keeps what it is given, for tests of mail. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import { within } from "./tab.ts";

export class PostOffice implements AsyncDisposable {
  private readonly letters: ParsedMail[] = [];
  private wakes: () => void = () => {};

  private constructor(private readonly server: SMTPServer) {}

  static async opens(): Promise<PostOffice> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onData: (stream, _session, done) => {
        simpleParser(stream).then((letter) => {
          office.letters.push(letter);
          office.wakes();
          done();
        }, done);
      },
    });
    const office = new PostOffice(server);
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    return office;
  }

  get env(): Record<string, string> {
    const { port } = this.server.server.address() as AddressInfo;
    return { CHATTER_MAIL__SMTP_URL: `smtp://127.0.0.1:${port}`, CHATTER_MAIL__FROM: "Chatter <chatter@example.org>" };
  }

  /** The next letter; each is handed out once. */
  async receives(): Promise<ParsedMail> {
    const arrived = async (): Promise<ParsedMail> => {
      for (;;) {
        const letter = this.letters.shift();
        if (letter !== undefined) return letter;
        await new Promise<void>((resolve) => (this.wakes = resolve));
      }
    };
    return within("a letter", arrived());
  }

  /** Letters that nobody asked for yet. */
  get waiting(): number {
    return this.letters.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}
