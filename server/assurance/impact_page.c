/* assurance/impact_page.c - the impact of a version as one document: the outcome in a sentence, then level by level. */
#include "assurance/impact_page.h"

#include "assurance/render_writer.h"

#define PAGE_MEMORY (64 * MIB)
#define GROUPED 32       /* 18,446,744,073,709,551,615 */

/* Reading the report */

static uint64_t
number(const json_t *report, const char *name)
{
	const json_t *value = json_object_get(report, name);

	return (uint64_t)json_integer_value(json_is_object(value) ? json_object_get(value, "count") : value);
}

static struct span
text_of(const json_t *value, const char *name)
{
	const json_t *text = json_object_get(value, name);

	return json_is_string(text) ? span_of(json_string_value(text), json_string_length(text)) : (struct span){ 0 };
}

static uint64_t
not_replayable(const json_t *report)
{
	const json_t *one;
	uint64_t sum = number(report, "not_replayable_further");
	size_t i;

	json_array_foreach(json_object_get(report, "not_replayable"), i, one)
		sum += number(one, "count");
	return sum;
}

/* 1234567 as 1,234,567: the same in both languages. */
static struct localized
grouped(struct writer *w, uint64_t n)
{
	char text[GROUPED];
	size_t at = sizeof(text), digits = 0;

	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + n % 10);
		digits++;
		n /= 10;
	} while (n);
	return same(arena_copy(w->arena, span_of(text + at, sizeof(text) - at)));
}

/* What it is about */

static void
verdict(struct writer *w, const json_t *report)
{
	const struct localized replayed = grouped(w, number(report, "replayed"));
	uint64_t refused = number(report, "refused"), accepted = number(report, "accepted");

	if (!number(report, "replayed")) {
		put_paragraph(w,
		    words("この版で判断し直せた判断は、台帳にない。影響については何も言えない。",
			"The ledger has no decision that could be replayed under this version: nothing can be said of "
			"its impact."));
		return;
	}
	if (!refused && !accepted) {
		put_paragraph(w, JOINED(w, words("台帳にある判断のうち", "Of the decisions in the ledger, "), replayed,
		    words("件をこの版で判断し直した。結果が変わるものはない。",
		    " were replayed under this version. None would have ended otherwise.")));
		return;
	}
	put_paragraph(w, JOINED(w, words("台帳にある判断のうち", "Of the decisions in the ledger, "), replayed,
	    words("件をこの版で判断し直した。許可されていたもののうち", " were replayed under this version. "), grouped(w, refused),
	    words("件が拒否となり、拒否されていたもののうち", " that were permitted would have been refused, and "),
	    grouped(w, accepted), words("件が許可となる。", " that were refused would have been permitted.")));
}

static void
front(struct writer *w, const json_t *report, const struct impact_occasion *occasion)
{
	const struct framework *f = w->framework;

	verdict(w, report);
	put_row(w, words("枠組み", "Framework"), JOINED(w, f->title, words("（", " ("), same(f->id), words("）", ")")));
	put_row(w, words("版", "Version"), same(f->version));
	put_instant(w, words("施行日", "In force from"), f->valid_from);
	put_digest(w, f->digest);
	put_instant(w, words("作成", "Made"), occasion->made);
	if (occasion->since.us)
		put_instant(w, words("対象とした判断", "Decisions since"), occasion->since);
	else
		put_row(w, words("対象とした判断", "Decisions"), words("台帳にあるもの全て", "all in the ledger"));
	put_row(w, words("判断の件数", "How many"), grouped(w, number(report, "decisions")));
	put_paragraph(w,
	    words("判断したときに分かっていた事実だけを使い、同じ問いをこの版に当てはめた。この版が新たに尋ねる事実に結"
		  "果が左右される判断は、推し量らずに「判断し直せない」として数えた。",
		"Each question was put to this version with the facts known when it was decided, and no others. Where "
		"the outcome hangs on a fact that only this version asks for, nothing was guessed: it counts as not "
		"replayable."));
}

/* Outcomes */

/* "12.5 %", of what was replayed. */
static struct localized
share(struct writer *w, uint64_t count, uint64_t of)
{
	uint64_t tenths = of ? (count * 1000 + of / 2) / of : 0;

	if (!of)
		return words("―", "—");
	if (count && !tenths)
		return words("0.1 %未満", "under 0.1 %");
	return same(span_text(arena_print(w->arena, "%llu.%llu %%", (unsigned long long)(tenths / 10),
	    (unsigned long long)(tenths % 10))));
}

static struct localized
samples(struct writer *w, const json_t *outcome)
{
	struct localized all = { { 0 }, { 0 } };
	const json_t *id;
	size_t i;

	json_array_foreach(json_object_get(outcome, "samples"), i, id)
		all = JOINED(w, all, words(i ? "\n" : "", i ? "\n" : ""), same(span_text(json_string_value(id))));
	return all;
}

static void
outcomes(struct writer *w, const json_t *report)
{
	static const struct { const char *name, *ja, *en, *examples_ja, *examples_en; } rows[] = {
		{ "same", "結果が変わらないもの", "The same outcome", "", "" },
		{ "refused", "許可から拒否になるもの", "Permitted before, refused now", "拒否になる判断の例", "Refused now, such as" },
		{ "accepted", "拒否から許可になるもの", "Refused before, permitted now", "許可になる判断の例", "Permitted now, such as" },
	};
	const struct localized heads[] = { words("結果", "Outcome"), words("件数", "Decisions"), words("割合", "Share") };
	uint64_t replayed = number(report, "replayed");

	put_part(w, "許可と拒否", "Permitted and refused");
	put_table(w, heads, COUNT(heads));
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t count = number(report, rows[i].name);
		const struct localized cells[] = { words(rows[i].ja, rows[i].en), grouped(w, count),
			share(w, count, replayed) };

		put_cells(w, cells, COUNT(cells));
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct localized examples = samples(w, json_object_get(report, rows[i].name));

		if (examples.ja.size)
			put_row(w, words(rows[i].examples_ja, rows[i].examples_en), examples);
	}
	put_row(w, words("判断し直せないもの", "Not replayable"), grouped(w, not_replayable(report)));
	put_row(w, words("ほかの枠組みの判断", "Of other frameworks"), grouped(w, number(report, "other_frameworks")));
	put_row(w, words("消去された判断", "Erased"), grouped(w, number(report, "erased")));
}

/* Levels: a row for each level before, a column for each after */

static uint64_t
cell(const json_t *matrix, size_t row, size_t column)
{
	return (uint64_t)json_integer_value(json_array_get(json_array_get(matrix, row), column));
}

static uint64_t
row_sum(const json_t *matrix, size_t row, size_t levels)
{
	uint64_t sum = 0;

	for (size_t column = 0; column < levels; column++)
		sum += cell(matrix, row, column);
	return sum;
}

/* Decisions that keep their level, that lose one, that gain one; the last row's had one that is no more. */
static void
movements(const json_t *matrix, size_t levels, uint64_t *kept, uint64_t *fell, uint64_t *rose)
{
	*kept = *fell = *rose = 0;
	for (size_t row = 0; row < levels; row++)
		for (size_t column = 0; column < levels; column++)
			*(column == row ? kept : column < row ? fell : rose) += cell(matrix, row, column);
}

static struct localized
level_title(struct writer *w, const struct area *area, size_t level)
{
	if (level > area->level_count)
		return words("この版にないレベル", "a level this version does not have");
	if (level == 0)
		return words("未到達", "none");
	return level_wording(w, area, (uint8_t)level);
}

/* An arrow where the level is another: up or down is not told by colour or place alone. */
static struct localized
matrix_cell(struct writer *w, uint64_t count, size_t row, size_t column, size_t levels)
{
	if (!count)
		return words("―", "—");
	if (row == column || row >= levels)
		return grouped(w, count);
	return JOINED(w, words(column < row ? "↓ " : "↑ ", column < row ? "↓ " : "↑ "), grouped(w, count));
}

static void
area_matrix(struct writer *w, const struct area *area, const json_t *matrix)
{
	struct localized cells[LEVELS_LARGEST + 2] = { words("以前＼この版", "Before \\ now") };
	size_t levels = area->level_count + 1u;

	for (size_t column = 0; column < levels; column++)
		cells[column + 1] = level_title(w, area, column);
	put_table(w, cells, levels + 1);
	for (size_t row = 0; row <= levels; row++) {
		if (!row_sum(matrix, row, levels))
			continue;
		cells[0] = level_title(w, area, row);
		for (size_t column = 0; column < levels; column++)
			cells[column + 1] = matrix_cell(w, cell(matrix, row, column), row, column, levels);
		put_cells(w, cells, levels + 1);
	}
}

static void
area_levels(struct writer *w, const struct area *area, size_t place, const json_t *matrix)
{
	const char *part = arena_print(w->arena, "%c.%zu", w->part - 1, place);
	const struct heading h = { .depth = 2, .number = part, .anchor = arena_print(w->arena, "part-%s", part),
		.title = area->title };
	uint64_t kept, fell, rose, gone = row_sum(matrix, area->level_count + 1u, area->level_count + 1u);

	movements(matrix, area->level_count + 1u, &kept, &fell, &rose);
	put_heading(w, &h);
	if (!fell && !rose && !gone) {
		put_paragraph(w, kept ? words("届くレベルが変わる判断はない。", "No decision reaches another level.") :
		    words("この評価軸のレベルを記録した判断はない。", "No decision recorded a level of this area."));
	} else {
		put_paragraph(w, JOINED(w, words("レベルが下がるもの ", "Lower: "), grouped(w, fell), words("件、上がるもの ",
		    ", higher: "), grouped(w, rose), words("件、変わらないもの ", ", the same: "), grouped(w, kept), words("件。",
		    ".")));
	}
	if (kept || fell || rose || gone)
		area_matrix(w, area, matrix);
}

static void
levels(struct writer *w, const json_t *report)
{
	const json_t *one;
	size_t i;

	put_part(w, "評価軸ごとのレベル", "Levels, area by area");
	put_paragraph(w, words("行は判断したときのレベル、列はこの版でのレベル。↓は下がったもの、↑は上がったもの。",
	    "Rows are levels when it was decided, columns those under this version. ↓: lower than before, ↑: higher."));
	json_array_foreach(json_object_get(report, "areas"), i, one) {
		int area = area_find(w->framework, text_of(one, "area"));

		if (area >= 0)
			area_levels(w, &w->framework->areas[area], i + 1, json_object_get(one, "matrix"));
	}
}

/* Criteria, requirements, relying parties */

static void
criteria(struct writer *w, const json_t *report)
{
	const struct localized heads[] = { words("基準", "Criterion"), words("新たに満たさない", "Newly failed"),
		words("新たに満たす", "Newly met"), words("新たに不明", "Newly unknown") };
	const json_t *list = json_object_get(report, "criteria"), *one;
	size_t i;

	put_part(w, "結果が最も多く変わった基準", "Criteria that flipped most");
	if (json_array_size(list) == 0) {
		put_paragraph(w, words("満たすかどうかが変わった基準はない。", "No criterion is met otherwise than before."));
		return;
	}
	put_table(w, heads, COUNT(heads));
	json_array_foreach(list, i, one) {
		struct span id = text_of(one, "id");
		int c = criterion_find(w->framework, id);
		const struct localized cells[] = { c < 0 ?
			    same(id) :
			    JOINED(w, w->framework->criteria[c].title, words("（", " ("), same(id), words("）", ")")),
			grouped(w, number(one, "newly_failed")), grouped(w, number(one, "newly_met")),
			grouped(w, number(one, "newly_unknown")) };

		put_cells(w, cells, COUNT(cells));
	}
}

/* "2 Level 2 or higher", as the version has it, or by its id where it does not have it any more. */
static struct localized
bound(struct writer *w, const json_t *requirement, const char *when, const struct area *area)
{
	const json_t *there = json_object_get(requirement, when);
	struct span level = text_of(there, "level");
	enum comparison comparison = COMPARE_MINIMUM;
	int place = area ? level_find(area, level) : -1;

	if (!there)
		return words("要件なし", "none");
	comparison_read(text_of(there, "comparison"), &comparison);
	return JOINED(w, place >= 0 ? level_wording(w, area, (uint8_t)place) : same(level), words("", " "),
	    comparison_wording(comparison));
}

static void
requirement(struct writer *w, const json_t *one)
{
	struct span area_id = text_of(one, "area"), profile_id = text_of(one, "profile");
	const struct profile *profile = profile_find(w->framework, profile_id);
	int place = area_find(w->framework, area_id);
	const struct area *area = place < 0 ? NULL : &w->framework->areas[place];
	const struct localized cells[] = {
		profile ? JOINED(w, profile->title, words("（", " ("), same(profile_id), words("）", ")")) :
		profile_id.size ? same(profile_id) : words("問い合わせ元が指定", "whoever asked"),
		area ? area->title : same(area_id), bound(w, one, "before", area), bound(w, one, "after", area),
		grouped(w, number(one, "newly_refused")), grouped(w, number(one, "newly_accepted")),
	};

	put_cells(w, cells, COUNT(cells));
}

static void
requirements(struct writer *w, const json_t *report)
{
	const struct localized heads[] = { words("プロファイル", "Profile"), words("評価軸", "Area"),
		words("以前の要件", "Required before"), words("この版の要件", "Required now"), words("新たに拒否", "Newly refused"),
		words("新たに許可", "Newly permitted") };
	const json_t *all = json_object_get(report, "requirements"), *list = json_object_get(all, "most"), *one;
	uint64_t further = number(all, "further"), none = number(all, "none"), touched = number(all, "touched");
	size_t i;

	put_part(w, "結果を変えた要件", "Requirements that made decisions end otherwise");
	if (!touched && !further && !none) {
		put_paragraph(w, words("要件によって結果が変わった判断はない。", "No decision ends otherwise for a requirement."));
		return;
	}
	put_paragraph(w,
	    words("要件そのものが変わったか、届くレベルが変わったために、満たすかどうかが変わったもの。"
		  "一つの判断が複数の要件で数えられることがある。",
		"Met otherwise than before, for the requirement is another one or another level is reached. A "
		"decision counts for each of them."));
	put_table(w, heads, COUNT(heads));
	json_array_foreach(list, i, one)
		requirement(w, one);
	if (touched > json_array_size(list))
		put_paragraph(w, JOINED(w, words("このほかの要件：", "Further requirements: "),
		    grouped(w, touched - json_array_size(list)), words("件。", ".")));
	if (further)
		put_paragraph(w, JOINED(w, words("このほか、個別には数えていない要件によるものが", "By requirements that were not told "
		    "apart: "), grouped(w, further), words("件ある。", ".")));
	if (none)
		put_paragraph(w, JOINED(w, words("どの要件にもよらず、レベルを問わない基準によって結果が変わるものが", "By criteria that hold whatever "
		    "the level, and by no requirement: "), grouped(w, none), words("件ある。", ".")));
}

static void
relying_parties(struct writer *w, const json_t *report)
{
	const struct localized heads[] = { words("提供先", "Relying party"), words("新たに拒否", "Newly refused"),
		words("新たに許可", "Newly permitted") };
	const json_t *resources = json_object_get(report, "resources"), *list = json_object_get(resources, "most"),
		     *one;
	uint64_t touched = number(resources, "touched"), further = number(resources, "further");
	size_t i;

	put_part(w, "影響を受ける提供先", "Relying parties touched");
	if (!touched && !further) {
		put_paragraph(w, words("影響を受ける提供先はない。", "No relying party is touched."));
		return;
	}
	put_paragraph(w, JOINED(w, words("影響を受ける提供先は", "Touched: "), grouped(w, touched),
	    words(touched > json_array_size(list) ? "者。多いものから示す。" : "者。",
	    touched > json_array_size(list) ? ". Those with most decisions are shown." : ".")));
	put_table(w, heads, COUNT(heads));
	json_array_foreach(list, i, one) {
		const struct localized cells[] = { same(text_of(one, "id")), grouped(w, number(one, "newly_refused")),
			grouped(w, number(one, "newly_accepted")) };

		put_cells(w, cells, COUNT(cells));
	}
	if (further)
		put_paragraph(w, JOINED(w, words("このほか、個別には数えていない提供先の判断が", "Decisions of relying parties that "
		    "were not told apart: "), grouped(w, further), words("件変わる。", ".")));
}

/* What could not be replayed */

static void
missing(struct writer *w, const json_t *report)
{
	const struct localized heads[] = { words("判断し直せない理由", "For want of"), words("件数", "Decisions") };
	const json_t *list = json_object_get(report, "not_replayable"), *one;
	uint64_t further = number(report, "not_replayable_further");
	size_t i;

	put_part(w, "判断し直せない判断", "Decisions that cannot be replayed");
	if (json_array_size(list) == 0) {
		put_paragraph(w, words("判断し直せないものはない。", "There are none."));
		return;
	}
	put_table(w, heads, COUNT(heads));
	json_array_foreach(list, i, one) {
		struct span id = text_of(one, "fact");
		const struct fact *fact = fact_find(w->framework->dictionary, id);
		const struct localized cells[] = { fact ?
			    JOINED(w, words("記録にない事実：", "a fact not on record: "), fact->title,
				words("（", " ("), same(id), words("）", ")")) :
			    same(text_of(one, "without")),
			grouped(w, number(one, "count")) };

		put_cells(w, cells, COUNT(cells));
	}
	if (further)
		put_paragraph(w, JOINED(w, words("このほか、理由を個別に数えていない判断が", "Decisions for further reasons, "
		    "which were not told apart: "), grouped(w, further), words("件ある。", ".")));
}

static void
chapters(struct writer *w, const json_t *report)
{
	w->part = 'A';
	outcomes(w, report);
	levels(w, report);
	criteria(w, report);
	requirements(w, report);
	relying_parties(w, report);
	missing(w, report);
	put_end(w);
}

void
impact_page(struct buffer *out, const struct framework *after, const json_t *report,
    const struct impact_occasion *occasion, enum render_languages languages)
{
	struct arena a = arena_init(PAGE_MEMORY);
	struct writer w = { .form = &html_form, .out = out, .framework = after, .arena = &a, .languages = languages,
		.brief = true };

	w.form->open(&w, JOINED(&w, after->title, words(" 版", ", version "), same(after->version), words(" の影響",
	    ": its impact")));
	front(&w, report, occasion);
	put_end(&w);
	w.contents = true;
	w.form->contents_open(&w, words("目次", "Contents"));
	chapters(&w, report);
	w.form->contents_close(&w);
	w.contents = false;
	chapters(&w, report);
	w.form->close(&w);
	arena_release(&a);
}
