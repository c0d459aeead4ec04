/** Words of the page that people take a code to their tool from. */

const refusals: Record<string, string> = {
  access_denied: 'You did not let the tool in. It has been given nothing.',
  temporarily_unavailable: 'The server is busy. Start again in your tool in a moment.',
};

export const words = {
  title: 'Back to your tool',
  tagline: 'Chatter’s developer portal',
  intro: 'Copy this code and paste it into the tool that sent you here.',
  code: 'Code for your tool',
  copy: 'Copy code',
  copied: 'Code copied.',
  lasts: 'It works once, and for one minute.',
  warning:
    'Only paste it into a tool that you started yourself. No person will ever ask you for it: whoever has it can do with your apps what you allowed.',
  expired: 'The code has expired. Start again in your tool.',
  missing: 'There is no code here. Start again in your tool.',
  refused: (error: string) =>
    refusals[error] ?? `The tool was not let in (${error}). It has been given nothing.`,
  toPortal: 'Go to the developer portal',
};
