/** The common emoji shortcodes. An unknown one stays as it was typed, as in Slack. */

const LIST = `
100 💯 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 wave 👋 raised_hands 🙌 clap 👏 pray 🙏 muscle 💪 eyes 👀
point_right 👉 point_up ☝️ raised_hand ✋ hand ✋ v ✌️ saluting_face 🫡 handshake 🤝 writing_hand ✍️ brain 🧠
smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂 sweat_smile 😅 slightly_smiling_face 🙂 wink 😉 blush 😊
thinking_face 🤔 neutral_face 😐 cry 😢 sob 😭 scream 😱 sleeping 😴 zzz 💤 face_palm 🤦 shrug 🤷 tired_face 😫
heart ❤️ broken_heart 💔 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌
negative_squared_cross_mark ❎ no_entry ⛔ no_entry_sign 🚫 warning ⚠️ exclamation ❗ question ❓ grey_question ❔
bangbang ‼️ information_source ℹ️ sos 🆘 rotating_light 🚨 fire 🔥 boom 💥 collision 💥 bomb 💣 fire_engine 🚒
ambulance 🚑 police_car 🚓 construction 🚧 red_circle 🔴 large_orange_circle 🟠 orange_circle 🟠
large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 large_brown_circle 🟤
white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨
large_green_square 🟩 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛ small_red_triangle 🔺
small_red_triangle_down 🔻 large_orange_diamond 🔶 large_blue_diamond 🔷 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢
speaker 🔈 mute 🔇 pager 📟 telephone_receiver 📞 phone ☎️ telephone ☎️ iphone 📱 calling 📲 vibration_mode 📳
email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 pushpin 📌 round_pushpin 📍 paperclip 📎
link 🔗 bookmark 🔖 bookmark_tabs 📑 memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄 scroll 📜 books 📚
book 📖 notebook 📓 calendar 📆 date 📅 spiral_calendar_pad 🗓️ card_index 📇 chart_with_upwards_trend 📈
chart_with_downwards_trend 📉 bar_chart 📊 mag 🔍 mag_right 🔎 bulb 💡 key 🔑 lock 🔒 unlock 🔓 shield 🛡️ wrench 🔧
hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 electric_plug 🔌 battery 🔋 computer 💻
desktop_computer 🖥️ floppy_disk 💾 satellite_antenna 📡 satellite 🛰️ globe_with_meridians 🌐 package 📦 clock1 🕐
clock3 🕒 clock9 🕘 alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️
leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁
fast_forward ⏩ rewind ⏪ arrow_forward ▶️ double_vertical_bar ⏸️ pause_button ⏸️ black_square_for_stop ⏹️
heavy_plus_sign ➕ heavy_minus_sign ➖ rocket 🚀 tada 🎉 confetti_ball 🎊 sparkles ✨ star ⭐ star2 🌟 zap ⚡
sunny ☀️ crescent_moon 🌙 full_moon 🌕 cloud ☁️ snowflake ❄️ umbrella ☔ rainbow 🌈 ocean 🌊 coffee ☕ beers 🍻
beer 🍺 pizza 🍕 cake 🍰 palm_tree 🌴 house 🏠 office 🏢 hospital 🏥 airplane ✈️ car 🚗 bus 🚌 checkered_flag 🏁
triangular_flag_on_post 🚩 flag-eu 🇪🇺 trophy 🏆 first_place_medal 🥇 ghost 👻 skull 💀 robot_face 🤖 alien 👽
see_no_evil 🙈 dog 🐶 cat 🐱 bug 🐛 snail 🐌 turtle 🐢 firefighter 🧑‍🚒 male-firefighter 👨‍🚒 female-firefighter 👩‍🚒
technologist 🧑‍💻 busts_in_silhouette 👥 bust_in_silhouette 👤 speech_balloon 💬 thought_balloon 💭 one 1️⃣
two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣ keycap_ten 🔟 new 🆕 up 🆙
ok 🆗 cool 🆒 free 🆓 recycle ♻️ infinity ♾️ traffic_light 🚦 vertical_traffic_light 🚦 octagonal_sign 🛑
stop_sign 🛑 adhesive_bandage 🩹 stethoscope 🩺 test_tube 🧪 microscope 🔬 crystal_ball 🔮 dart 🎯 label 🏷️
ticket 🎫 moneybag 💰 credit_card 💳 shopping_trolley 🛒 large_red_circle 🔴 green_heart 💚 yellow_heart 💛
blue_heart 💙
`;

const EMOJI = new Map();
const words = LIST.trim().split(/\s+/);
for (let at = 0; at < words.length; at += 2) EMOJI.set(words[at], words[at + 1]);

/** The character for a shortcode such as "eyes", or undefined. */
export function emoji(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, ""));
}

/** Those offered when a person reacts, the field's own first. */
export const OFFERED = [
  "eyes", "white_check_mark", "+1", "raised_hands", "pushpin", "mega", "rotating_light", "fire", "warning", "tada",
  "heart", "joy", "thinking_face", "pray", "rocket", "100", "wave", "clap", "x", "hourglass_flowing_sand",
  "wrench", "bug", "red_circle", "large_green_circle", "no_entry", "ok_hand", "sob", "coffee", "zap", "bulb",
];
