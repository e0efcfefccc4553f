import { describe, expect, it } from 'vitest';
import { clientName } from './client-name.ts';

describe('the name of a client', () => {
  it('says browser, version and system', () => {
    expect(clientName('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toEqual({
      browser: 'Firefox 140',
      system: 'Linux',
    });
    expect(
      clientName(
        'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2',
      ),
    ).toEqual({ browser: 'Edge 156', system: 'Windows' });
    expect(
      clientName(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile/15E Safari/604.1',
      ),
    ).toEqual({ browser: 'Safari 19', system: 'iOS' });
  });
  it('leaves a program as it names itself', () => {
    expect(clientName('curl/8.5.0')).toEqual({ browser: 'curl/8.5.0', system: '' });
    expect(clientName('')).toEqual({ browser: '', system: '' });
  });
});
