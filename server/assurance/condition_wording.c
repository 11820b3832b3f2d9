/* assurance/condition_wording.c - conditions as sentences, in both languages. */
#include "assurance/condition_wording.h"

#include "assurance/criterion_wording.h"

#define WORDING_LARGEST (64 * KIB) /* of one line: 62 words with their titles */
#define SAID_BY_ID 3               /* nodes: a smaller part is sooner read than looked up */

struct wording {
	const struct framework *framework;
	const struct criterion *of;
	struct arena *arena;
	condition_line *line;
	void *arg;
};

/* Values */

static const struct {
	const char *unit, *ja, *one, *many;
} units[] = {
	{ "y", "年", " year", " years" },
	{ "bit", "ビット", " bit", " bits" },
	{ "characters", "文字", " character", " characters" },
};

static void
put_unit(struct buffer *b, struct span unit, int64_t value, enum language language)
{
	for (size_t i = 0; i < COUNT(units); i++) {
		if (!span_is(unit, units[i].unit))
			continue;
		buffer_text(b, language == LANGUAGE_JA ? units[i].ja : value == 1 ? units[i].one : units[i].many);
		return;
	}
	if (unit.size) {
		buffer_text(b, " ");
		buffer_add(b, unit);
	}
}

static void
put_word(struct buffer *b, const struct fact *fact, size_t word, enum language language)
{
	struct span title = { 0 };

	if (fact->word_titles)
		title = language == LANGUAGE_JA ? fact->word_titles[word].ja : fact->word_titles[word].en;
	buffer_text(b, language == LANGUAGE_JA ? "「" : "“");
	buffer_add(b, title.size ? title : fact->words[word]);
	buffer_text(b, language == LANGUAGE_JA ? "」" : "”");
}

static void
put_words(struct buffer *b, const struct fact *fact, uint64_t set, enum language language)
{
	bool begun = false;

	for (size_t i = 0; i < fact->word_count; i++) {
		if (!(set >> i & 1))
			continue;
		if (begun && language == LANGUAGE_EN)
			buffer_text(b, ", ");
		put_word(b, fact, i, language);
		begun = true;
	}
	if (!begun)
		buffer_text(b, language == LANGUAGE_JA ? "なし" : "none");
}

static void
put_value(struct buffer *b, const struct fact *fact, int64_t value, enum language language)
{
	char date[DATE_TEXT];

	switch (fact->type) {
	case FACT_NO_TYPE:
		break;
	case FACT_BOOLEAN:
		if (language == LANGUAGE_JA)
			buffer_text(b, value ? "該当" : "非該当");
		else
			buffer_text(b, value ? "yes" : "no");
		break;
	case FACT_INTEGER:
		buffer_print(b, "%lld", (long long)value);
		put_unit(b, fact->unit, value, language);
		break;
	case FACT_DURATION:
		wording_duration(b, value, language);
		break;
	case FACT_DATE:
		buffer_text(b, date_text(value, date));
		break;
	case FACT_ENUM:
	case FACT_LEVEL:
		if (value >= 0 && (uint64_t)value < fact->word_count)
			put_word(b, fact, (size_t)value, language);
		break;
	case FACT_SET:
		put_words(b, fact, (uint64_t)value, language);
		break;
	}
}

struct localized
fact_value_wording(const struct fact *fact, int64_t value, struct arena *a)
{
	struct buffer b = buffer_init(WORDING_LARGEST);
	struct localized out;

	put_value(&b, fact, value, LANGUAGE_JA);
	out.ja = arena_copy(a, buffer_span(&b));
	buffer_clear(&b);
	put_value(&b, fact, value, LANGUAGE_EN);
	out.en = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

/* Leaves */

/* `fact` and `value` stand for {F} and {V}; [0] as it is, [1] denied. */
static const struct {
	const char *ja[2], *en[2];
} sayings[] = {
	[OPERATOR_IS] = { { "{F}が{V}である", "{F}が{V}でない" }, { "{F} is {V}", "{F} is not {V}" } },
	[OPERATOR_ISNT] = { { "{F}が{V}でない", "{F}が{V}である" }, { "{F} is not {V}", "{F} is {V}" } },
	[OPERATOR_IN] = { { "{F}が{V}のいずれかである", "{F}が{V}のいずれでもない" },
	    { "{F} is one of {V}", "{F} is none of {V}" } },
	[OPERATOR_LE] = { { "{F}が{V}以下である", "{F}が{V}を超える" }, { "{F} is at most {V}", "{F} is more than {V}" } },
	[OPERATOR_LT] = { { "{F}が{V}未満である", "{F}が{V}以上である" }, { "{F} is less than {V}", "{F} is at least {V}" } },
	[OPERATOR_GE] = { { "{F}が{V}以上である", "{F}が{V}未満である" }, { "{F} is at least {V}", "{F} is less than {V}" } },
	[OPERATOR_GT] = { { "{F}が{V}を超える", "{F}が{V}以下である" }, { "{F} is more than {V}", "{F} is at most {V}" } },
	[OPERATOR_HAS] = { { "{F}に{V}が含まれる", "{F}に{V}が含まれない" }, { "{F} includes {V}", "{F} does not include {V}" } },
	[OPERATOR_HAS_ANY] = { { "{F}に{V}のいずれかが含まれる", "{F}に{V}のいずれも含まれない" },
	    { "{F} includes one of {V}", "{F} includes none of {V}" } },
	[OPERATOR_HAS_ALL] = { { "{F}に{V}の全てが含まれる", "{F}に{V}の全ては含まれない" },
	    { "{F} includes all of {V}", "{F} does not include all of {V}" } },
	[OPERATOR_ONLY] = { { "{F}が{V}のほかを含まない", "{F}が{V}のほかを含む" },
	    { "{F} includes nothing but {V}", "{F} includes something other than {V}" } },
};
static const char *const holds_ja[] = { "{F}に該当しない", "{F}に該当する" };
static const char *const holds_en[] = { "{F}: no", "{F}: yes" };

static void
put_fact(struct buffer *b, const struct fact *fact, enum language language)
{
	buffer_text(b, language == LANGUAGE_JA ? "「" : "“");
	buffer_add(b, language == LANGUAGE_JA ? fact->title.ja : fact->title.en);
	buffer_text(b, language == LANGUAGE_JA ? "」" : "”");
}

static void
put_operand(struct buffer *b, const struct wording *w, const struct condition_node *leaf, enum language language)
{
	const struct fact *fact = &w->framework->dictionary->facts[leaf->fact];

	if (leaf->other) {
		put_fact(b, &w->framework->dictionary->facts[leaf->other - 1], language);
	} else if (leaf->list) {
		for (size_t i = 0; i < leaf->need; i++) {
			if (i > 0)
				buffer_text(b, language == LANGUAGE_JA ? "、" : ", ");
			put_value(b, fact, leaf->list[i], language);
		}
	} else if (leaf->operator == OPERATOR_HAS && leaf->operand >= 0 && (uint64_t)leaf->operand < fact->word_count) {
		put_word(b, fact, (size_t)leaf->operand, language);
	} else if (leaf->operator == OPERATOR_IN && fact->word_count) {
		put_words(b, fact, (uint64_t)leaf->operand, language);
	} else {
		put_value(b, fact, leaf->operand, language);
	}
}

static struct span
leaf_saying(const struct wording *w, const struct condition_node *leaf, bool denied, enum language language)
{
	const struct fact *fact = &w->framework->dictionary->facts[leaf->fact];
	const char *const *both = language == LANGUAGE_JA ? sayings[leaf->operator].ja : sayings[leaf->operator].en;
	const char *pattern = both[denied];
	struct buffer b = buffer_init(WORDING_LARGEST);
	struct span said;

	if (fact->type == FACT_BOOLEAN && !leaf->other && (leaf->operator == OPERATOR_IS ||
	    leaf->operator == OPERATOR_ISNT)) {
		bool holds = (leaf->operand != 0) == ((leaf->operator == OPERATOR_IS) != denied);

		pattern = language == LANGUAGE_JA ? holds_ja[holds] : holds_en[holds];
	}
	for (const char *p = pattern; *p; p++) {
		if (strncmp(p, "{F}", 3) == 0)
			put_fact(&b, fact, language);
		else if (strncmp(p, "{V}", 3) == 0)
			put_operand(&b, w, leaf, language);
		else
			buffer_byte(&b, (uint8_t)*p);
		p += *p == '{' ? 2 : 0;
	}
	if (w->of && leaf->parameter && leaf->parameter <= w->of->parameter_count)
		buffer_print(&b, language == LANGUAGE_JA ? "（パラメータ %.*s）" : " (parameter %.*s)",
		    SPAN_ARGS(w->of->parameters[leaf->parameter - 1].id));
	said = arena_copy(w->arena, buffer_span(&b));
	buffer_release(&b);
	return said;
}

/* Groups */

static bool
node_same(const struct condition_node *a, const struct condition_node *b)
{
	return a->kind == b->kind && a->operator == b->operator && a->fact == b->fact && a->other == b->other &&
	       a->count == b->count && a->need == b->need && a->size == b->size && a->operand == b->operand &&
	       !a->list == !b->list && (!a->list || memcmp(a->list, b->list, a->need * sizeof(*a->list)) == 0);
}

/* The earlier criterion whose whole condition this part is: a `ref`, which is compiled in place. */
static const struct criterion *
said_before(const struct wording *w, const struct condition_node *root)
{
	const struct criterion *all = w->framework->criteria;
	const struct condition_node *first = root - root->size + 1;

	if (root->size < SAID_BY_ID || !w->of)
		return NULL;
	for (const struct criterion *c = all; c < w->of && c < all + w->framework->criterion_count; c++) {
		size_t i = 0;

		while (c->condition.count == root->size && i < root->size && node_same(&c->condition.nodes[i],
		    &first[i]))
			i++;
		if (i == root->size)
			return c;
	}
	return NULL;
}

static void
say(const struct wording *w, unsigned depth, const char *ja, const char *en)
{
	w->line(w->arg, depth, (struct localized){ arena_copy(w->arena, span_text(ja)), arena_copy(w->arena,
	    span_text(en)) });
}

static void
say_group(const struct wording *w, unsigned depth, const struct condition_node *group, bool denied)
{
	switch (group->kind) {
	case CONDITION_ALL:
		say(w, depth, denied ? "次の全てを満たすのではない：" : "次の全てを満たす：", denied ? "not all of:" : "all of:");
		break;
	case CONDITION_ANY:
		say(w, depth, denied ? "次のいずれも満たさない：" : "次のいずれかを満たす：", denied ? "none of:" : "any of:");
		break;
	default:
		say(w, depth, arena_print(w->arena, "次のうち%u以上を満たす%s：", group->need, denied ? "のではない" : ""),
		    arena_print(w->arena, "%s %u of:", denied ? "fewer than" : "at least", group->need));
		break;
	}
}

static void
part(const struct wording *w, const struct condition_node *root, unsigned depth, bool denied)
{
	const struct criterion *before = said_before(w, root);
	const struct condition_node **children;

	if (root->kind == CONDITION_LEAF) {
		w->line(w->arg, depth, (struct localized){ leaf_saying(w, root, denied, LANGUAGE_JA),
		    leaf_saying(w, root, denied, LANGUAGE_EN) });
		return;
	}
	if (root->kind == CONDITION_NOT || root->count == 1) {
		part(w, root - 1, depth, root->kind == CONDITION_NOT ? !denied : denied);
		return;
	}
	if (before) {
		say(w, depth, arena_print(w->arena, "基準 %.*s の条件を満た%s", SPAN_ARGS(before->id), denied ? "さない" : "す"),
		    arena_print(w->arena, "the condition of criterion %.*s is %smet", SPAN_ARGS(before->id), denied ?
		    "not " : ""));
		return;
	}
	children = arena_array(w->arena, const struct condition_node *, root->count);
	for (size_t i = root->count, at = 1; i-- > 0; at += children[i]->size)
		children[i] = root - at;
	say_group(w, depth, root, denied);
	for (size_t i = 0; i < root->count; i++)
		part(w, children[i], depth + 1, false);
}

void
condition_wording(const struct condition *c, const struct criterion *of, const struct framework *f, struct arena *a,
    condition_line *line, void *arg)
{
	struct wording w = { .framework = f, .of = of, .arena = a, .line = line, .arg = arg };

	if (c->count == 0)
		say(&w, 0, "いつでも", "always");
	else
		part(&w, &c->nodes[c->count - 1], 0, false);
}
