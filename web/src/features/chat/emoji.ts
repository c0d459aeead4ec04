/** The emoji that are offered, with the words they are found by. Any other one can be typed or pasted. */

const TABLE = `
👍 thumbs up yes like good|👎 thumbs down no bad|❤️ red heart love|😂 tears of joy laugh|🎉 party tada celebrate
🙏 thanks please folded hands|😄 smile happy|😢 cry sad|😮 wow surprised|👀 eyes look|🔥 fire hot|✅ check done yes
❌ cross no wrong|🚀 rocket ship launch|💯 hundred points|👏 clap applause|🤔 thinking hmm|😅 sweat smile relief
😍 heart eyes love|😘 kiss|🥰 smiling hearts love|😊 blush happy|🙂 slight smile|🙃 upside down|😉 wink|😎 cool sunglasses
🤣 rolling laughing rofl|😇 innocent angel|😋 yummy tasty|😜 tongue wink joke|🤪 zany crazy|🤩 star struck|🥳 party face birthday
😏 smirk|😐 neutral|😑 expressionless|😶 no mouth silent|🙄 eye roll|😬 grimace awkward|😔 pensive sad|😴 sleep tired
🤒 sick ill fever|🤢 nausea|🤯 mind blown|😱 scream fear|😭 sob crying|😡 angry mad|🤬 swear|😤 triumph huff|🥺 pleading
🤗 hug|🤫 shush quiet|🤭 giggle|🫡 salute|🤝 handshake deal|👋 wave hello bye|✌️ victory peace|🤞 crossed fingers luck
👌 ok hand perfect|🤘 rock horns|💪 muscle strong|👆 up point|👇 down point|👈 left point|👉 right point|☝️ index up
🙌 raised hands hooray|🤷 shrug|🤦 facepalm|💔 broken heart|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart
💜 purple heart|🖤 black heart|🤍 white heart|✨ sparkles|⭐ star|🌟 glowing star|💥 boom|💡 idea bulb|💬 speech comment
❓ question|❗ exclamation|⚠️ warning|🚨 alert siren|🔔 bell|⏰ alarm clock|⏳ hourglass wait|📌 pin|📎 paperclip
📝 memo note|📅 calendar date|📈 chart up|📉 chart down|🔒 lock|🔑 key|🔧 wrench fix|🐛 bug|🧪 test|🎯 target goal
🏆 trophy win|🥇 gold medal first|🎁 gift present|🎂 cake birthday|🍰 cake slice|☕ coffee|🍵 tea|🍺 beer|🍷 wine|🍕 pizza
🍔 burger|🍎 apple|🍌 banana|🥑 avocado|🌮 taco|🍿 popcorn|🐶 dog|🐱 cat|🦊 fox|🐼 panda|🦄 unicorn|🐧 penguin|🐢 turtle
🌈 rainbow|☀️ sun|🌙 moon|☁️ cloud|🌧️ rain|❄️ snow|⚡ lightning|🌍 earth world|🌱 seedling grow|🌹 rose|🌸 blossom
🏠 house home|🚗 car|🚲 bike|✈️ plane travel|⚽ football soccer|🏀 basketball|🎮 game|🎵 music note|🎸 guitar|📷 camera
💻 laptop computer|📱 phone|💰 money|🛒 cart|➕ plus|➖ minus|🆗 ok|🔴 red circle|🟢 green circle|🟡 yellow circle|🔵 blue circle
`;

export interface Emoji {
  emoji: string;
  words: string;
}

export const EMOJI: Emoji[] = TABLE.trim()
  .split(/[|\n]/)
  .map((entry) => {
    const at = entry.indexOf(' ');
    return { emoji: entry.slice(0, at), words: entry.slice(at + 1) };
  });

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One emoji and nothing else, however it is put together. */
function isEmoji(text: string): boolean {
  return (
    [...graphemes.segment(text)].length === 1 &&
    /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text)
  );
}

/** What is offered for the letters typed: also what was typed, when that is an emoji itself. */
export function findEmoji(query: string): Emoji[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return EMOJI;
  if (isEmoji(wanted)) return [{ emoji: wanted, words: wanted }];
  return EMOJI.filter(({ words }) => words.split(' ').some((word) => word.startsWith(wanted)));
}
