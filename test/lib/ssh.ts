import ssh2 from 'ssh2';

/**
 * Asks an SSH server whether a password signs in, with one attempt. An independent judge: ssh2 alone, none of the
 * product's code. Throws when the server says neither yes nor no.
 */
export function signsIn(host: string, port: number, username: string, password: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const end = (work: () => void): void => {
      client.end();
      work();
    };
    client.on('ready', () => {
      end(() => {
        resolve(true);
      });
    });
    client.on('error', (error: Error & { level?: string }) => {
      end(() => {
        if (error.level === 'client-authentication') resolve(false);
        else reject(error);
      });
    });
    client.connect({ host, port, username, password, readyTimeout: 60_000 });
  });
}
