/* tests/assurance/test_render.c - frameworks as documents, and conditions as sentences. */
#include <stdio.h>

#include "assurance/condition_wording.h"
#include "assurance/render.h"
#include "assurance/render_writer.h"
#include "policy_text.h"

/* Conditions: each line as its depth and its text. */

struct lines {
	struct buffer ja, en;
};

static void
on_line(void *arg, unsigned depth, struct localized text)
{
	struct lines *l = arg;

	buffer_print(&l->ja, "%u%.*s|", depth, SPAN_ARGS(text.ja));
	buffer_print(&l->en, "%u%.*s|", depth, SPAN_ARGS(text.en));
}

static bool
no_parameter(void *arg, struct span of, struct span id, enum fact_type *type, size_t *place, int64_t *value)
{
	(void)arg, (void)of, (void)id, (void)type, (void)place, (void)value;
	return false;
}

static struct place
no_criterion(void *arg, struct span id)
{
	(void)arg, (void)id;
	return (struct place){ 0 };
}

static const struct {
	const char *condition, *ja, *en;
} sentences[] = {
	{ "{\"fact\":\"account.exists\",\"is\":true}", "0「account.exists（日）」に該当する|", "0“account.exists”: yes|" },
	{ "{\"fact\":\"account.exists\",\"isnt\":true}", "0「account.exists（日）」に該当しない|", "0“account.exists”: no|" },
	{ "{\"not\":{\"fact\":\"account.exists\",\"is\":false}}", "0「account.exists（日）」に該当する|",
	    "0“account.exists”: yes|" },
	{ "{\"fact\":\"device.kind\",\"ge\":\"software\"}", "0「device.kind（日）」が「software word（日）」以上である|",
	    "0“device.kind” is at least “software word”|" },
	{ "{\"not\":{\"fact\":\"device.kind\",\"ge\":\"software\"}}", "0「device.kind（日）」が「software word（日）」未満である|",
	    "0“device.kind” is less than “software word”|" },
	{ "{\"fact\":\"channel.kind\",\"in\":[\"open\",\"mutual\"]}",
	    "0「channel.kind（日）」が「open word（日）」「mutual word（日）」のいずれかである|",
	    "0“channel.kind” is one of “open word”, “mutual word”|" },
	{ "{\"fact\":\"person.records\",\"has\":\"bank\"}", "0「person.records（日）」に「bank word（日）」が含まれる|",
	    "0“person.records” includes “bank word”|" },
	{ "{\"not\":{\"fact\":\"person.records\",\"has_any\":[\"bank\",\"phone\"]}}",
	    "0「person.records（日）」に「bank word（日）」「phone word（日）」のいずれも含まれない|",
	    "0“person.records” includes none of “bank word”, “phone word”|" },
	{ "{\"fact\":\"person.records\",\"only\":[\"register\"]}",
	    "0「person.records（日）」が「register word（日）」のほかを含まない|",
	    "0“person.records” includes nothing but “register word”|" },
	{ "{\"fact\":\"login.age\",\"le\":\"PT90M\"}", "0「login.age（日）」が90分以下である|",
	    "0“login.age” is at most 90 minutes|" },
	{ "{\"fact\":\"login.tries\",\"in\":[1,3]}", "0「login.tries（日）」が1、3のいずれかである|",
	    "0“login.tries” is one of 1, 3|" },
	{ "{\"atleast\":2,\"of\":[{\"fact\":\"login.tries\",\"lt\":3},{\"fact\":\"device.lost\",\"is\":false},"
	  "{\"all\":[{\"fact\":\"account.exists\",\"is\":true},{\"fact\":\"login.tries\",\"gt\":0}]}]}",
	    "0次のうち2以上を満たす：|1「login.tries（日）」が3未満である|1「device.lost（日）」に該当しない|"
	    "1次の全てを満たす：|2「account.exists（日）」に該当する|2「login.tries（日）」が0を超える|",
	    "0at least 2 of:|1“login.tries” is less than 3|1“device.lost”: no|1all of:|2“account.exists”: yes|"
	    "2“login.tries” is more than 0|" },
	{ "{\"not\":{\"any\":[{\"fact\":\"account.exists\",\"is\":true},{\"fact\":\"device.lost\",\"is\":true}]}}",
	    "0次のいずれも満たさない：|1「account.exists（日）」に該当する|1「device.lost（日）」に該当する|",
	    "0none of:|1“account.exists”: yes|1“device.lost”: yes|" },
	{ "{\"any\":[{\"fact\":\"device.lost\",\"is\":true},{\"any\":[{\"fact\":\"person.checked\",\"is\":true},"
	  "{\"fact\":\"person.records\",\"has_all\":[\"register\",\"bank\"]}]}]}",
	    "0次のいずれかを満たす：|1「device.lost（日）」に該当する|1基準 person-2 の条件を満たす|",
	    "0any of:|1“device.lost”: yes|1the condition of criterion person-2 is met|" },
};

static void
a_condition_is_said_in_both_languages(void **state)
{
	struct arena a = arena_init(64 * MIB);
	const struct framework *f = policy_text_framework(&a);
	const struct condition_scope scope = { .dictionary = f->dictionary, .parameter = no_parameter,
	    .criterion = no_criterion };
	const struct criterion *last = &f->criteria[f->criterion_count - 1];

	(void)state;
	for (size_t i = 0; i < COUNT(sentences); i++) {
		struct document d = document_parse(&a, "condition", span_text(sentences[i].condition));
		struct condition c = condition_read(document_root(&d), &scope, &a);
		struct lines l = { buffer_init(MIB), buffer_init(MIB) };
		struct problem why;

		expect_ok(sentences[i].condition, document_end(&d, &why), &why);
		condition_wording(&c, last, f, &a, on_line, &l);
		expect_span(sentences[i].condition, buffer_span(&l.ja), sentences[i].ja);
		expect_span(sentences[i].condition, buffer_span(&l.en), sentences[i].en);
		buffer_release(&l.ja);
		buffer_release(&l.en);
	}
	arena_release(&a);
}

static void
a_condition_is_never_said_by_itself_or_a_later_one(void **state)
{
	struct arena a = arena_init(64 * MIB);
	const struct framework *f = policy_text_framework(&a);
	const struct criterion *c = &f->criteria[criterion_find(f, span_text("person-2"))];
	struct lines l = { buffer_init(MIB), buffer_init(MIB) };

	(void)state;
	condition_wording(&c->condition, c, f, &a, on_line, &l);
	expect_span("its own condition is spelled out", buffer_span(&l.en),
	    "0any of:|1“person.checked”: yes|1“person.records” includes all of “register word”, “bank word”|");
	buffer_release(&l.ja);
	buffer_release(&l.en);
	arena_release(&a);
}

/* Documents */

static struct span
rendered(struct arena *a, const struct framework *f, enum render_form form, enum render_languages languages,
bool sealed)
{
	struct buffer b = buffer_init(RENDERING_LARGEST);
	struct span text;

	framework_render(&b, f, form, languages, sealed);
	text = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static bool
holds(struct span text, const char *part)
{
	for (; text.size; text = span_skip(text, 1))
		if (span_starts(text, part))
			return true;
	return false;
}

static const struct {
	const char *title;
	enum render_form form;
	enum render_languages languages;
	bool sealed;
	const char *there, *absent;
} documents[] = {
	{ "the day it begins is told in Japan's time", RENDER_TEXT, RENDER_JA, true, "施行日: 2026-12-01 09:00（日本時間）",
	    "draft" },
	{ "what is not sealed is called a draft", RENDER_TEXT, RENDER_EN, false, "State: draft", "状態" },
	{ "what is sealed is not", RENDER_TEXT, RENDER_EN, true, "Digest: sha256:", "draft" },
	{ "criteria are numbered by area, level and place", RENDER_TEXT, RENDER_EN, true,
	    "1.0.1  number-0 (number-0)", "（日）" },
	{ "parameters are put into the text", RENDER_TEXT, RENDER_JA, true,
	    "示されないときの理由: not within 12時間（日）", "{{" },
	{ "a condition with a parameter names it", RENDER_TEXT, RENDER_EN, true,
	    "“login.age” is at most 12 hours (parameter max-age)", "{{" },
	{ "a profile's other value stands beside the framework's", RENDER_TEXT, RENDER_EN, true,
	    "Another value: 2.2.1 (token-2), age: 12 hours → 1 day", NULL },
	{ "what a profile leaves out has its reason", RENDER_TEXT, RENDER_EN, true,
	    "Left out: 1.0.1 (number-0) a public body", NULL },
	{ "both languages stand one under the other", RENDER_TEXT, RENDER_BOTH, true,
	    "条件 / Condition:\n      - 「device.kind（日）」が「hardware word（日）」である\n"
	    "        “device.kind” is “hardware word”\n", NULL },
	{ "a step says what it leads to", RENDER_TEXT, RENDER_EN, true, "“person.records” gains “bank word”", NULL },
	{ "a clause is told who cites it", RENDER_TEXT, RENDER_EN, true, "Cited by: 1.0.1, 1.1.1, 1.2.1", NULL },
	{ "a fact says how personal it is", RENDER_TEXT, RENDER_EN, true,
	    "How personal: of one person, and to be handled with special care (sensitive)", NULL },
	{ "HTML names its language", RENDER_HTML, RENDER_EN, true, "<html lang=\"en\">", "lang=\"ja\"" },
	{ "HTML marks the other language", RENDER_HTML, RENDER_BOTH, true, "<span lang=\"en\">small 1.0</span>", NULL },
	{ "HTML tells the moment to machines", RENDER_HTML, RENDER_JA, true,
	    "<time datetime=\"2026-12-01T09:00:00+09:00\">", NULL },
	{ "what is special in HTML is escaped", RENDER_HTML, RENDER_EN, true, "no &quot;hard&quot; device",
	    "no \"hard\" device" },
	{ "HTML needs no other file", RENDER_HTML, RENDER_BOTH, true, "<style>", "src=" },
	{ "conditions are nested lists", RENDER_HTML, RENDER_EN, true,
	    "<span lang=\"en\">Condition</span></dt><dd class=\"two\"><ul>\n<li class=\"two\"><div lang=\"en\">none "
	    "of:</div><ul>\n<li", NULL },
};

static void
a_framework_is_a_document(void **state)
{
	struct arena a = arena_init(GIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct span text = rendered(&a, f, documents[i].form, documents[i].languages, documents[i].sealed);

		expect_true(documents[i].title, holds(text, documents[i].there));
		expect_true(documents[i].title, !documents[i].absent || !holds(text, documents[i].absent));
	}
	arena_release(&a);
}

static void
who_states_a_fact_is_named_as_in_the_framework(void **state)
{
	static const struct { const char *word, *ja, *en; } cases[] = {
		{ "platform", "プラットフォーム事業者", "platform operator" },
		{ "proofing-provider", "身元確認提供者", "proofing provider" },
		{ "rp", "提供先", "relying party" },
		{ "somebody-else", "somebody-else", "somebody-else" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct localized said = asserter_wording(span_text(cases[i].word));

		expect_span(cases[i].word, said.ja, cases[i].ja);
		expect_span(cases[i].word, said.en, cases[i].en);
	}
}

static void
every_class_of_privacy_has_its_words(void **state)
{
	static const char *const classes[] = { "none", "pseudonymous", "personal", "sensitive" };

	(void)state;
	for (size_t i = 0; i < COUNT(classes); i++) {
		struct localized said = privacy_wording(span_text(classes[i]));

		expect_true(classes[i], !span_is(said.ja, classes[i]) && holds(said.ja, classes[i]));
		expect_true(classes[i], !span_is(said.en, classes[i]) && holds(said.en, classes[i]));
	}
}

static size_t
occurrences(struct span text, const char *part)
{
	size_t count = 0;

	for (; text.size; text = span_skip(text, 1))
		count += span_starts(text, part);
	return count;
}

static void
every_element_that_opens_closes(void **state)
{
	static const char *const elements[] = { "ul", "li", "dl", "dt", "dd", "div", "span", "table", "tr", "td",
	    "section", "nav" };
	struct arena a = arena_init(GIB);
	struct span text = rendered(&a, policy_text_framework(&a), RENDER_HTML, RENDER_BOTH, true);

	(void)state;
	for (size_t i = 0; i < COUNT(elements); i++) {
		size_t opened = occurrences(text, arena_print(&a, "<%s>", elements[i])) +
		                occurrences(text, arena_print(&a, "<%s ", elements[i]));

		expect_number(elements[i], occurrences(text, arena_print(&a, "</%s>", elements[i])), opened);
	}
	arena_release(&a);
}

/* Columns as a terminal counts them: our Japanese is all of three bytes and wide, our quotes and dashes are not. */
static size_t
columns(struct span line)
{
	size_t count = 0;

	for (size_t i = 0; i < line.size; i++) {
		if ((line.data[i] & 0xc0) == 0x80)
			continue;
		count += line.data[i] >= 0xe3 ? 2 : 1;
	}
	return count;
}

static void
no_line_of_text_is_wider_than_the_page(void **state)
{
	struct arena a = arena_init(GIB);
	struct span text = rendered(&a, policy_text_framework(&a), RENDER_TEXT, RENDER_BOTH, true);

	(void)state;
	while (text.size) {
		struct span line = span_cut(&text, '\n');

		if (columns(line) > 102) /* a full stop may hang */
			print_error("%.*s\n", SPAN_ARGS(line));
		expect_true("a line keeps within 100 columns", columns(line) <= 102);
		expect_true("no line ends in a blank", !line.size || line.data[line.size - 1] != ' ');
	}
	arena_release(&a);
}

/* The source's own table */

static const char table_text[] =
    "{\"cells\":["
    "{\"area\":\"person\",\"levels\":[\"1\"],\"text\":{\"ja\":\"名乗る【だけ】\",\"en\":\"says so "
    "[only]\"},\"status\":\"seed\"},"
    "{\"area\":\"person\",\"levels\":[\"2\"],\"text\":{\"ja\":\"確かめる\",\"en\":\"is checked\"},\"status\":\"seed\"},"
    "{\"area\":\"token\",\"levels\":[\"1\"],\"text\":{\"ja\":\"合言葉\",\"en\":\"password\"},\"status\":\"seed\"},"
    "{\"area\":\"token\",\"levels\":[\"2\",\"3\"],\"text\":{\"ja\":\"機器\",\"en\":\"device\"},\"status\":\"seed\"},"
    "{\"area\":\"session\",\"levels\":[\"1\",\"2\",\"3\"],\"text\":{\"ja\":\"守る\",\"en\":\"is "
    "kept\"},\"status\":\"seed\"}"
    "]}";

static const struct framework *
framework_with_table(struct arena *a)
{
	struct policy_file *items = arena_array(a, struct policy_file, COUNT(policy_text_files) + 1);
	struct policy_files files = { .label = "small", .items = items };
	const struct dictionary *dictionary;
	const struct framework *f = NULL;
	struct problem why;

	for (size_t i = 0; i < COUNT(policy_text_files); i++) {
		if (strcmp(policy_text_files[i].name, "tests/all.json") == 0)
			items[files.count++] = (struct policy_file){ "table.json", span_text(table_text) };
		items[files.count++] = (struct policy_file){ policy_text_files[i].name,
		    span_text(policy_text_files[i].text) };
	}
	expect_ok("the facts are good", dictionary_read(a, "facts.json", span_text(policy_text_facts_file), &dictionary,
	    &why), &why);
	expect_ok("the table is good", framework_read(a, &files, dictionary, false, &f, &why), &why);
	return f;
}

static void
the_sources_table_reads_back_level_by_level(void **state)
{
	static const char expected[] =
	    "A.1  level 1（日）\n------------------\n"
	    "  person（日）\n      出典の文言: 名乗る【だけ】\n      区分: 原資料（seed）\n"
	    "  token（日）\n      出典の文言: 合言葉\n      区分: 原資料（seed）\n"
	    "\nA.2  level 2（日）\n------------------\n"
	    "  person（日）\n      出典の文言: 確かめる\n      区分: 原資料（seed）\n"
	    "  token（日）（2・3共通）\n      出典の文言: 機器\n      区分: 原資料（seed）\n"
	    "\nA.3  全レベル共通\n-----------------\n"
	    "出典の表で、全てのレベルにわたる一つの欄であったもの。\n"
	    "  session（日）\n      出典の文言: 守る\n      区分: 原資料（seed）\n";
	struct arena a = arena_init(GIB);
	const struct framework *f = framework_with_table(&a);
	struct span text = rendered(&a, f, RENDER_TEXT, RENDER_JA, true);

	(void)state;
	expect_true("level by level, and once what is common", holds(text, expected));
	expect_true("what brackets mean is said", holds(text, "【 】の中は、出典で失われ"));
	expect_true("rebuilt words are marked", holds(rendered(&a, f, RENDER_HTML, RENDER_JA, true),
	    "名乗る<mark>【だけ】</mark>"));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_is_said_in_both_languages),
		cmocka_unit_test(a_condition_is_never_said_by_itself_or_a_later_one),
		cmocka_unit_test(a_framework_is_a_document),
		cmocka_unit_test(who_states_a_fact_is_named_as_in_the_framework),
		cmocka_unit_test(every_class_of_privacy_has_its_words),
		cmocka_unit_test(every_element_that_opens_closes),
		cmocka_unit_test(no_line_of_text_is_wider_than_the_page),
		cmocka_unit_test(the_sources_table_reads_back_level_by_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
