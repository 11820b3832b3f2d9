/* assurance/render_words.c - what the house calls things in a rendered framework, in both languages. */
#include "assurance/render_writer.h"

struct localized
status_wording(enum status status)
{
	static const struct { const char *ja, *en; } titles[] = {
		[STATUS_NONE] = { "―", "—" },
		[STATUS_SEED] = { "原資料（seed）", "seed" },
		[STATUS_VERIFIED] = { "出典確認済み（verified）", "verified" },
		[STATUS_DERIVED] = { "導出（derived）", "derived" },
		[STATUS_TEMPLATE] = { "ひな形（template）", "template" },
	};

	return words(titles[status].ja, titles[status].en);
}

struct localized
provenance_wording(enum provenance provenance)
{
	static const struct { const char *ja, *en; } titles[] = {
		[PROVENANCE_NONE] = { "申告でよい（claimed）", "a claim is enough (claimed)" },
		[CLAIMED] = { "申告でよい（claimed）", "a claim is enough (claimed)" },
		[VOUCHED] = { "参加機関が署名して保証したもの、又はWatashiが観測したもの（vouched）",
		    "a member vouches for it by signature, or Watashi observed it (vouched)" },
		[OBSERVED] = { "Watashiが自ら観測したものに限る（observed）", "only what Watashi itself observed (observed)" },
	};

	return words(titles[provenance].ja, titles[provenance].en);
}

struct localized
asserter_wording(struct span word)
{
	static const struct { const char *word, *ja, *en; } titles[] = {
		{ "watashi", "Watashi", "Watashi" },
		{ "idp", "認証提供者", "identity provider" },
		{ "proofing-provider", "身元確認提供者", "proofing provider" },
		{ "platform", "プラットフォーム事業者", "platform operator" },
		{ "rp", "提供先", "relying party" },
		{ "registry", "登録簿", "registry" },
	};

	for (size_t i = 0; i < COUNT(titles); i++)
		if (span_is(word, titles[i].word))
			return words(titles[i].ja, titles[i].en);
	return same(word);
}

struct localized
privacy_wording(struct span word)
{
	static const struct { const char *word, *ja, *en; } titles[] = {
		{ "none", "個人のことは何も言わない（none）", "says nothing of a person (none)" },
		{ "pseudonymous", "ひとりの人についてであり、それがだれかは言わない（pseudonymous）",
		    "of one person, without saying who (pseudonymous)" },
		{ "personal", "それがだれかを言い得る（personal）", "may tell who the person is (personal)" },
		{ "sensitive", "ひとりの人について、特に慎重に扱うべきことを言う（sensitive）",
		    "of one person, and to be handled with special care (sensitive)" },
	};

	for (size_t i = 0; i < COUNT(titles); i++)
		if (span_is(word, titles[i].word))
			return words(titles[i].ja, titles[i].en);
	return same(word);
}

static bool
holds(struct span text, struct span part)
{
	for (; text.size >= part.size; text = span_skip(text, 1))
		if (span_equal(span_first(text, part.size), part))
			return true;
	return false;
}

/* With its identifier, unless the title says it. */
struct localized
level_wording(struct writer *w, const struct area *area, uint8_t level)
{
	if (level == 0)
		return words("（最低のレベルに満たない）", "(below the lowest level)");
	if (holds(area->levels[level - 1].title.ja, area->levels[level - 1].id))
		return area->levels[level - 1].title;
	return JOINED(w, area->levels[level - 1].title, words("〔", " ["), same(area->levels[level - 1].id), words("〕",
	    "]"));
}

struct localized
citation_wording(struct writer *w, const struct citation *c)
{
	static const struct { const char *relation, *ja, *en; } relations[] = {
		{ "quotes", "引用", "quoted" },
		{ "derived", "ここから導出", "derived from it" },
		{ "equivalent", "同等と判断", "held equivalent" },
		{ "see", "参照", "see" },
	};
	struct localized relation = same(c->relation), document = same(c->document);

	for (size_t i = 0; i < COUNT(relations); i++)
		if (span_is(c->relation, relations[i].relation))
			relation = words(relations[i].ja, relations[i].en);
	for (size_t i = 0; i < w->framework->source_count; i++)
		if (span_equal(w->framework->sources[i].id, c->document))
			document = w->framework->sources[i].title;
	return JOINED(w, document, words("　", ", "), same(c->at), words("（", " ("), relation, words("）", ")"));
}

/* Levels are numbered as they are called, where they are called by numbers. */
static bool
is_numeric(struct span id)
{
	for (size_t i = 0; i < id.size; i++)
		if ((id.data[i] < '0' || id.data[i] > '9') && id.data[i] != '+')
			return false;
	return true;
}

const char *
level_number(struct writer *w, uint8_t area, uint8_t level)
{
	const struct area *a = &w->framework->areas[area];

	if (level > 0 && is_numeric(a->levels[level - 1].id))
		return arena_print(w->arena, "%u.%.*s", area + 1u, SPAN_ARGS(a->levels[level - 1].id));
	return arena_print(w->arena, "%u.%u", area + 1u, level);
}

const char *
criterion_number(struct writer *w, size_t criterion)
{
	const struct criterion *all = w->framework->criteria;
	size_t place = 1;

	for (size_t i = 0; i < criterion; i++)
		place += all[i].area == all[criterion].area && all[i].level == all[criterion].level;
	return arena_print(w->arena, "%s.%zu", level_number(w, all[criterion].area, all[criterion].level), place);
}
