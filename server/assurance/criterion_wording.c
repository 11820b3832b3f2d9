/* assurance/criterion_wording.c - a criterion's texts with its parameters' values put in. */
#include "assurance/criterion_wording.h"

#include "codec/json_writer.h"
#include "codec/text.h"

static const struct {
	int64_t seconds;
	const char *ja, *en;
} units[] = {
	{ 86400, "日", "day" },
	{ 3600, "時間", "hour" },
	{ 60, "分", "minute" },
	{ 1, "秒", "second" },
};

/* The largest unit that leaves no rest: half a day are hours, ninety minutes are minutes. */
void
wording_duration(struct buffer *b, int64_t seconds, enum language language)
{
	size_t unit = 0;
	uint64_t number = (uint64_t)(seconds < 0 ? -seconds : seconds);

	while (seconds == 0 ? unit + 1 < COUNT(units) : seconds % units[unit].seconds != 0)
		unit++;
	number /= (uint64_t)units[unit].seconds;
	buffer_text(b, seconds < 0 ? "-" : "");
	buffer_number(b, number);
	if (language == LANGUAGE_JA)
		buffer_text(b, units[unit].ja);
	else
		buffer_print(b, " %s%s", units[unit].en, number == 1 ? "" : "s");
}

/* The fact a parameter is compared with: it knows the parameter's words. NULL: no condition uses it. */
static const struct fact *
compared_with(const struct condition *c, const struct dictionary *dictionary, size_t parameter)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->nodes[i].kind == CONDITION_LEAF && c->nodes[i].parameter == parameter + 1)
			return &dictionary->facts[c->nodes[i].fact];
	return NULL;
}

static void
put_word(struct buffer *b, const struct fact *fact, size_t word, enum language language)
{
	struct span title = { 0 };

	if (word >= fact->word_count)
		return;
	if (fact->word_titles)
		title = language == LANGUAGE_JA ? fact->word_titles[word].ja : fact->word_titles[word].en;
	buffer_add(b, title.size ? title : fact->words[word]);
}

static void
put_words(struct buffer *b, const struct fact *fact, int64_t set, enum language language)
{
	bool begun = false;

	for (size_t i = 0; i < fact->word_count; i++) {
		if (!(set >> i & 1))
			continue;
		if (begun)
			buffer_text(b, language == LANGUAGE_JA ? "、" : ", ");
		put_word(b, fact, i, language);
		begun = true;
	}
}

static void
put_value(struct buffer *b, const struct parameter *p, const struct fact *fact, enum language language)
{
	char date[DATE_TEXT];

	switch (p->type) {
	case FACT_NO_TYPE:
		break;
	case FACT_BOOLEAN:
		if (language == LANGUAGE_JA)
			buffer_text(b, p->value ? "はい" : "いいえ");
		else
			buffer_text(b, p->value ? "yes" : "no");
		break;
	case FACT_INTEGER:
		buffer_print(b, "%lld", (long long)p->value);
		break;
	case FACT_DURATION:
		wording_duration(b, p->value, language);
		break;
	case FACT_DATE:
		buffer_text(b, date_text(p->value, date));
		break;
	case FACT_ENUM:
	case FACT_LEVEL:
		if (fact && p->value >= 0)
			put_word(b, fact, (size_t)p->value, language);
		break;
	case FACT_SET:
		if (fact)
			put_words(b, fact, p->value, language);
		break;
	}
}

static void
put_parameter(struct buffer *b, const struct criterion *c, const struct dictionary *dictionary, struct span id,
    enum language language)
{
	for (size_t i = 0; i < c->parameter_count; i++) {
		const struct fact *fact = compared_with(&c->condition, dictionary, i);

		if (!span_equal(c->parameters[i].id, id))
			continue;
		put_value(b, &c->parameters[i], fact ? fact : compared_with(&c->when, dictionary, i), language);
		return;
	}
}

/* Where `two` stands first; the size of the text: nowhere. */
static size_t
find_two(struct span text, uint8_t two)
{
	for (size_t i = 0; i + 1 < text.size; i++)
		if (text.data[i] == two && text.data[i + 1] == two)
			return i;
	return text.size;
}

void
criterion_wording(struct buffer *b, const struct criterion *c, const struct dictionary *dictionary, struct span text,
    enum language language)
{
	while (text.size > 0) {
		size_t open = find_two(text, '{');
		struct span rest = span_skip(text, open + 2);
		size_t close = find_two(rest, '}');

		buffer_add(b, span_first(text, open));
		if (open == text.size)
			return;
		put_parameter(b, c, dictionary, span_trim(span_first(rest, close)), language);
		text = span_skip(rest, close + 2);
	}
}

static void
speak(struct buffer *b, const struct framework *f, const struct criterion *c, struct span text, enum language language)
{
	struct buffer worded = buffer_init(64 * KIB);

	criterion_wording(&worded, c, f->dictionary, text, language);
	json_write_string(b, buffer_span(&worded));
	buffer_release(&worded);
}

struct span
criterion_spoken(struct arena *a, const struct framework *f, const struct criterion *c)
{
	struct buffer b = buffer_init(512 * KIB);
	struct span spoken;

	buffer_byte(&b, '{');
	json_write_member(&b, "id", c->id);
	json_write_member(&b, "area", f->areas[c->area].id);
	json_write_member(&b, "level", c->level == 0 ? span_text("any") : level_id(&f->areas[c->area], c->level));
	buffer_text(&b, ",\"text\":{\"ja\":");
	speak(&b, f, c, c->reason.ja, LANGUAGE_JA);
	buffer_text(&b, ",\"en\":");
	speak(&b, f, c, c->reason.en, LANGUAGE_EN);
	buffer_text(&b, "},\"facts\":[");
	spoken = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return spoken;
}
