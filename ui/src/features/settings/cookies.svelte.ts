import { command, type CookieView } from "../../ipc";

/** Tells a cookie from every other. */
export const cookieKey = ({ domain, path, name }: CookieView) => `${domain} ${path} ${name}`;

/** The cookies of the workspace. Their values stay on the native side until one is asked for. */
export class CookieJar {
  all = $state.raw<readonly CookieView[]>([]);

  async load(): Promise<void> {
    this.all = await command("cookies");
  }

  reveal({ domain, path, name }: CookieView): Promise<string> {
    return command("reveal_cookie", { domain, path, name });
  }

  async set(cookie: CookieView, value: string | null): Promise<void> {
    this.all = await command("set_cookie", { cookie: { ...cookie, value } });
  }

  async remove({ domain, path, name }: CookieView): Promise<void> {
    this.all = await command("delete_cookie", { domain, path, name });
  }

  async removeAll(): Promise<void> {
    this.all = await command("delete_cookies", { domain: null });
  }
}
