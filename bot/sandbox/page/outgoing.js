/** What a person typed, kept from being read as markup: names, channels and links are marked up by the sandbox. */

/** "<!channel> & &lt;" → "&lt;!channel&gt; & &amp;lt;", which the sandbox shows as it was typed. */
export function literal(typed) {
  const entities = typed.replace(/&(?=(?:amp|lt|gt);)/g, "&amp;");
  return entities.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
