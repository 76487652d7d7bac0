/**
 * In the place of `intl-messageformat`, 17 KB of a first load: of Cloudscape only the text of an error boundary would be formatted by it, which is
 * shown as it is where that throws, and only the catalogue of messages otherwise, which these pages do not load.
 */
export default class NoMessageFormat {
  constructor(message: string) {
    throw new Error(`messages are not formatted here: ${message}`);
  }
}
