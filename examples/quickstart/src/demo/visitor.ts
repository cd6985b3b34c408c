export interface Played {
  title: string;
  method: string;
  path: string;
  status: number;
  /** What the application answers when all is well. */
  expected: number;
}

/** Somebody with an HTTP client, who signs in and works. */
export class Visitor {
  private token: string | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly onPlayed: (played: Played) => void,
  ) {}

  async login(title: string, expected: number, email: string, password: string): Promise<void> {
    const { token } = await this.send<{ token?: string }>(title, expected, 'POST', '/auth/login', { email, password });
    this.token = token;
  }

  async send<T>(title: string, expected: number, method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // Read to the end even when nobody looks at it: the connection is free only then.
    const answer = await response.text();
    this.onPlayed({ title, method, path, status: response.status, expected });
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  }
}
