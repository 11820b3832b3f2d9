/* assurance/difference_page.c - what two versions demand otherwise, as one document: how much in a sentence, then each
 * change with facts that show it.
 */
#include "assurance/difference_page.h"

#include <jansson.h>

#include "assurance/condition_wording.h"
#include "assurance/difference_values.h"
#include "assurance/render_writer.h"

#define PAGE_MEMORY (64 * MIB)

struct page {
	struct writer writer;
	const struct framework *before, *after;
	const struct policy_difference *difference;
};

/* Changes */

static struct localized
change_wording(enum policy_change change)
{
	static const struct { const char *ja, *en; } texts[] = {
		[POLICY_SAME] = { "変更なし", "the same" },
		[POLICY_REWORDED] = { "文言のみの変更", "reworded only" },
		[POLICY_STRICTER] = { "厳しくなる", "stricter" },
		[POLICY_LOOSER] = { "緩くなる", "looser" },
		[POLICY_OTHER] = { "別の条件になる", "another condition" },
		[POLICY_ADDED] = { "新設", "added" },
		[POLICY_REMOVED] = { "廃止", "removed" },
		[POLICY_UNDETERMINED] = { "判定できず（探索の上限）", "not determined: the search was cut off" },
	};

	return words(texts[change].ja, texts[change].en);
}

static struct localized
counted(struct writer *w, size_t n)
{
	return same(span_text(arena_print(w->arena, "%zu", n)));
}

static struct localized
named(struct writer *w, struct localized title, struct span id)
{
	return JOINED(w, title, words("（", " ("), same(id), words("）", ")"));
}

/* Facts that show it */

static struct localized
word_wording(const struct fact *fact, struct span word)
{
	int at = fact_word(fact, word);

	return at < 0 || !fact->word_titles ? same(word) : fact->word_titles[at];
}

static struct localized
value_wording(struct writer *w, const struct fact *fact, const json_t *value)
{
	struct span text = json_is_string(value) ? span_of(json_string_value(value), json_string_length(value)) :
						   (struct span){ 0 };
	struct localized all = { { 0 }, { 0 } };
	const json_t *one;
	int64_t number;
	size_t i;

	if (json_is_boolean(value))
		return fact_value_wording(fact, json_is_true(value), w->arena);
	if (json_is_integer(value))
		return fact_value_wording(fact, json_integer_value(value), w->arena);
	if (json_is_string(value) && fact_text_read(fact, text, &number))
		return fact_value_wording(fact, number, w->arena);
	if (json_array_size(value) == 0)
		return words("なし", "none");
	json_array_foreach(value, i, one)
		all = JOINED(w, all, words(i ? "、" : "", i ? ", " : ""),
		    word_wording(fact, span_of(json_string_value(one), json_string_length(one))));
	return all;
}

static void
witness(struct page *p, struct localized label, const struct policy_witness *of)
{
	struct writer *w = &p->writer;
	json_t *facts, *value;
	const char *id;

	if (!of->facts.size)
		return;
	facts = json_loadb((const char *)of->facts.data, of->facts.size, 0, NULL);
	put_row(w, label, JOINED(w, words("次の事実（", "these facts ("), provenance_wording(of->by), words("）", ")")));
	json_object_foreach(facts, id, value) {
		const struct fact *fact = fact_find(p->after->dictionary, span_text(id));

		if (fact)
			put_line(w, 1, JOINED(w, named(w, fact->title, fact->id), words("：", ": "),
			    value_wording(w, fact,
			    value)));
	}
	json_decref(facts);
}

static void
witnesses(struct page *p, const struct policy_witness *refused, const struct policy_witness *accepted)
{
	witness(p, words("新たに満たさなくなる例", "Met before, not any more"), refused);
	witness(p, words("新たに満たすようになる例", "Met now, not before"), accepted);
}

static void
change_open(struct page *p, size_t place, struct localized title, struct span id, enum policy_change change)
{
	struct writer *w = &p->writer;
	const char *number = arena_print(w->arena, "%c.%zu", w->part - 1, place);
	const struct heading h = { .depth = 2, .number = number, .anchor = arena_print(w->arena, "part-%s", number),
		.title = title, .id = id };

	put_heading(w, &h);
	put_row(w, words("変更", "Change"), change_wording(change));
}

static void
values_rows(struct page *p, const struct value_difference *values, size_t count, bool texts)
{
	struct writer *w = &p->writer;
	const struct localized none = words("なし", "none");

	/* The last of a criterion is its text, which stands in full. */
	for (size_t i = 0; i < count; i++)
		if (texts || !span_is(values[i].label.en, "Text"))
			put_row(w, values[i].label, JOINED(w, values[i].before.ja.size ? values[i].before : none,
			    words(" → ", " → "), values[i].after.ja.size ? values[i].after : none));
}

/* Chapters */

static struct localized
level_title(struct page *p, const struct framework *f, int area, uint8_t level)
{
	return JOINED(&p->writer, f->areas[area].title, words("　", ": "),
	    level ? level_wording(&p->writer, &f->areas[area],
	    level) : words("（どのレベルでも）", "whatever the level"));
}

/* Its words in one version; where the other says the same, once. */
static void
criterion_side(struct page *p, const struct framework *f, const struct criterion *c, struct localized label)
{
	struct writer *w = &p->writer;

	put_row(w, label, worded(w, c, c->text));
	put_line(w, 1, level_title(p, f, c->area, c->level));
}

static void
criterion_change(struct page *p, size_t place, const struct criterion_difference *d)
{
	struct value_difference *values;
	size_t count = criterion_values(p->writer.arena, p->before, p->after, d, &values);

	change_open(p, place, d->after ? d->after->title : d->before->title, d->id, d->change);
	values_rows(p, values, count, false);
	if (d->before)
		criterion_side(p, p->before, d->before, words("変更前", "Before"));
	if (d->after)
		criterion_side(p, p->after, d->after, words("変更後", "After"));
	witnesses(p, &d->newly_refused, &d->newly_accepted);
}

static size_t
changed_criteria(const struct policy_difference *d)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += d->criteria[i].change != POLICY_SAME;
	return count;
}

static void
criteria(struct page *p)
{
	const struct policy_difference *d = p->difference;
	size_t place = 0;

	put_part(&p->writer, "変わる基準", "Criteria that change");
	if (!changed_criteria(d))
		put_paragraph(&p->writer, words("変わる基準はない。", "None."));
	for (size_t i = 0; i < d->count; i++)
		if (d->criteria[i].change != POLICY_SAME)
			criterion_change(p, ++place, &d->criteria[i]);
}

/* A level of the later version, or of the one before where it is no more. */
static struct localized
level_named(struct page *p, const struct level_difference *l)
{
	const struct framework *const both[] = { p->after, p->before };

	for (size_t i = 0; i < COUNT(both); i++) {
		int area = area_find(both[i], l->area);
		int level = area < 0 ? -1 : level_find(&both[i]->areas[area], l->level);

		if (level > 0)
			return level_title(p, both[i], area, (uint8_t)level);
	}
	return JOINED(&p->writer, same(l->area), words(" ", " "), same(l->level));
}

static void
levels(struct page *p)
{
	const struct policy_difference *d = p->difference;
	size_t place = 0;

	put_part(&p->writer, "届くための条件が変わるレベル", "Levels that are reached otherwise");
	for (size_t i = 0; i < d->level_count; i++) {
		const struct level_difference *l = &d->levels[i];

		if (l->change == POLICY_SAME)
			continue;
		change_open(p, ++place, level_named(p, l), (struct span){ 0 }, l->change);
		witnesses(p, &l->newly_refused, &l->newly_accepted);
	}
	if (!place)
		put_paragraph(&p->writer, words("変わるレベルはない。", "None."));
}

static void
profiles(struct page *p)
{
	const struct policy_difference *d = p->difference;
	size_t place = 0;

	put_part(&p->writer, "要求が変わるサービス", "Services that ask otherwise");
	for (size_t i = 0; i < d->profile_count; i++) {
		const struct profile_difference *c = &d->profiles[i];
		const struct profile *profile = profile_find(p->after, c->id);
		struct value_difference *values;
		size_t count = profile_values(p->writer.arena, p->before, p->after, c, &values);

		if (c->change == POLICY_SAME)
			continue;
		if (!profile)
			profile = profile_find(p->before, c->id);
		change_open(p, ++place, profile ? profile->title : same(c->id), c->id, c->change);
		values_rows(p, values, count, true);
		witnesses(p, &c->newly_refused, &c->newly_accepted);
	}
	if (!place)
		put_paragraph(&p->writer, words("変わるサービスはない。", "None."));
}

static void
chapters(struct page *p)
{
	p->writer.part = 'A';
	criteria(p);
	levels(p);
	profiles(p);
	put_end(&p->writer);
}

/* What it is about */

static void
side(struct page *p, const struct framework *f, struct localized label)
{
	struct writer *w = &p->writer;

	put_row(w, label, JOINED(w, named(w, f->title, f->id), words(" 版", ", version "), same(f->version)));
	put_instant(w, words("施行日", "In force from"), f->valid_from);
	put_digest(w, f->digest);
}

static void
front(struct page *p)
{
	struct writer *w = &p->writer;
	size_t changed = changed_criteria(p->difference);

	if (changed)
		put_paragraph(w, JOINED(w, words("基準", "Of "), counted(w, p->difference->count), words("件のうち",
		    " criteria, "), counted(w, changed), words("件が変わる。", " change.")));
	else
		put_paragraph(w, words("どの基準も変わらない。", "No criterion changes."));
	if (p->difference->cut_off)
		put_paragraph(w, words("探索の一部は上限で打ち切った。違いがほかにもあり得る。",
		    "A search was cut off at its limit: there may be more differences."));
	side(p, p->before, words("変更前", "Before"));
	side(p, p->after, words("変更後", "After"));
	put_paragraph(w,
	    words("例は、一方の版では満たし、他方では満たさない事実の組である。だれが述べた事実かを添える。",
		"Examples are facts that meet the one version and not the other, with who must state them."));
	put_end(w);
}

void
difference_page(struct buffer *out, const struct framework *before, const struct framework *after,
    const struct policy_difference *difference, enum render_languages languages)
{
	struct arena a = arena_init(PAGE_MEMORY);
	struct page p = {
		.writer = { .form = &html_form, .out = out, .framework = after, .arena = &a, .languages = languages,
		    .brief = true },
		.before = before, .after = after, .difference = difference };
	struct writer *w = &p.writer;

	w->form->open(w, JOINED(w, after->title, words(" 版", ", version "), same(after->version), words("：版",
	    ": what changes from version "), same(before->version), words("からの変更", "")));
	front(&p);
	w->contents = true;
	w->form->contents_open(w, words("目次", "Contents"));
	chapters(&p);
	w->form->contents_close(w);
	w->contents = false;
	chapters(&p);
	w->form->close(w);
	arena_release(&a);
}
