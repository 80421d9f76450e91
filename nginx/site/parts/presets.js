// Presets of an object: offered when nothing is mapped, compared row by row when something is.
import { html, useMemo } from '../html.js';
import { text } from '../text.js';
import { draft, edit } from '../lib/draft.js';
import { presetChanges, presetLacks, withPreset } from '../lib/presets.js';
import { ask } from './dialog.js';
import { Difference } from './difference.js';
import { Badge } from './notice.js';

const words = text.mappings;

/** The preset itself, or the one that the person's answer to its question leads to; null when the question is left. */
async function chosenPreset(preset, all) {
  if (!preset.question) return preset;
  const { text: title, help: body, answers } = preset.question;
  const answer = await ask({ title, body, choices: answers.map(a => ({ id: a.preset, label: a.label })) });
  return all.find(p => p.id === answer) ?? null;
}

async function applyPreset(object, offered, all, say) {
  const preset = await chosenPreset(offered, all);
  if (!preset) return;
  const { doc } = draft.get();
  const lacks = presetLacks(doc, object, preset);
  let how = 'replace';
  if (doc.objects[object].mapping.length) {
    const changes = presetChanges(doc, object, preset);
    if (!changes.length) { say(words.presetIsMine(preset.label)); return; }
    how = await ask({ title: words.presetTitle(preset.label), wide: true,
      body: html`<p>${words.presetReplaces(changes.length, lacks)}</p><${Difference} entries=${changes} sides=${words.presetSides} />`,
      choices: [{ id: 'replace', label: words.replace, kind: 'danger' }, ...(lacks ? [{ id: 'fill', label: words.fill(lacks) }] : [])] });
    if (how === 'cancel') return;
  }
  edit(old => withPreset(old, object, preset, how));
  say(words.presetApplied(preset.label, how === 'fill' ? lacks : preset.rows.length));
}

function Preset({ preset, all, doc, object, compare, say }) {
  const state = useMemo(() => compare ? presetChanges(doc, object, preset).length : -1, [compare, doc, object, preset]);
  return html`<li class="preset"><div><strong>${preset.label}</strong> ${state === 0 && html`<${Badge} kind="ok">${words.presetIs}<//>`}
      <p class="help">${preset.description}${preset.question ? ` ${words.presetAsks}` : ''}</p>
      ${state > 0 && html`<p class="help">${words.presetDiffers(state)}</p>`}</div>
    <button type="button" class="btn" aria-label=${words.applyPreset(preset.label)} onClick=${() => applyPreset(object, preset, all, say)}>${words.presetUse}</button></li>`;
}

export function Presets({ presets, doc, object, compare, say }) {
  return html`<ul class="presets">${presets.offered.map(p => html`<${Preset} key=${p.id} preset=${p} all=${presets.all} doc=${doc} object=${object} compare=${compare} say=${say} />`)}</ul>`;
}
