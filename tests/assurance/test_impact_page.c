/* tests/assurance/test_impact_page.c - reports of a version's impact as documents: every case that a reader may be told
 * of. */
#include "transaction/decisions.h"

#include "assurance/impact_page.h"

#define REPORT(replayed, same, refused, accepted, matrix, criteria, touched, resources, missing) \
	"{\"framework\":\"fixture\",\"version\":\"1.0\",\"decisions\":1234575,\"other_frameworks\":5,\"erased\":2," \
	"\"replayed\":" replayed \
	",\"same\":" same ",\"refused\":{\"count\":" refused "},\"accepted\":{\"count\":" accepted "}," \
	"\"areas\":[{\"area\":\"access\"," \
	"\"levels\":[\"0\",\"1\"],\"matrix\":" matrix "}],\"criteria\":[" criteria "],\"resources\":{\"further\":0," \
	"\"most\":[" resources \
	"],\"touched\":" touched "},\"not_replayable\":[" missing "],\"not_replayable_further\":0}"
#define CHANGED \
	REPORT("1234567", "1234561", "4,\"samples\":[\"aa\",\"bb\"]", "2", "[[7,2],[4,1234554],[0,0]]", \
	    "{\"id\":\"gone<1>\",\"newly_failed\":4,\"newly_met\":2,\"newly_unknown\":31}", "1", \
	    "{\"id\":\"https://rp.example/?a&b\",\"newly_refused\":4,\"newly_accepted\":2}", \
	    "{\"count\":1,\"fact\":\"subject.role\"},{\"count\":2,\"without\":\"it has no profile \\\"old\\\"\"}")
#define MANY_REASONS \
	"{\"replayed\":1,\"same\":1,\"not_replayable\":[{\"count\":1,\"without\":\"profile x\"}]," \
	"\"not_replayable_further\":1007}"
#define TURNED(more) \
	"{\"replayed\":9,\"same\":3,\"refused\":{\"count\":5},\"accepted\":{\"count\":1},\"requirements\":{" \
	"\"further\":0,\"most\":[{\"after\":{\"comparison\":\"exact\",\"level\":\"1\"},\"area\":\"access\"," \
	"\"before\":{\"comparison\":\"minimum\",\"level\":\"9+\"},\"newly_accepted\":1,\"newly_refused\":1234," \
	"\"profile\":\"records\"},{\"area\":\"gone<1>\",\"before\":{\"comparison\":\"maximum\",\"level\":\"2\"}," \
	"\"newly_accepted\":3,\"newly_refused\":0}]," more "}}"
#define REVERSED TURNED("\"none\":0,\"touched\":2")
#define REVERSED_MORE TURNED("\"none\":1001,\"touched\":7")
#define SAME REPORT("9", "9", "0", "0", "[[0,0],[0,9],[0,0]]", "", "0", "", "")
#define ANOTHER_LEVEL REPORT("9", "9", "0", "0", "[[0,0],[0,6],[1,2]]", "", "0", "", "")
#define NONE REPORT("0", "0", "0", "0", "[[0,0],[0,0],[0,0]]", "", "0", "", "")

static const struct { const char *title, *report; enum render_languages languages; const char *says; } cases[] = {
	{ "the outcome is told first, in English", CHANGED, RENDER_EN, "<p lang=\"en\">Of the decisions in the ledger, "
	  "1,234,567 were replayed under this version. 4 that were permitted would have been refused, and 2 that were "
	  "refused would have been permitted.</p>" },
	{ "and in Japanese", CHANGED, RENDER_JA, "<p lang=\"ja\">台帳にある判断のうち1,234,567件をこの版で判断し直した。許可されていた"
	  "もののうち4件が拒否となり、拒否されていたもののうち2件が許可となる。</p>" },
	{ "a share that rounds to nothing is not told as nothing", CHANGED, RENDER_EN, "under 0.1 %" },
	{ "decisions to look at are named", CHANGED, RENDER_EN, "Refused now, such as</span></dt><dd "
	    "class=\"two\"><div>aa\nbb</div>" },
	{ "levels that fall and rise are marked by a word's shape", CHANGED, RENDER_EN,
	    "Lower: 4, higher: 2, the same: 1,234,561." },
	{ "in the table as well", CHANGED, RENDER_EN, "<div>↓ 4</div></td><td class=\"two\"><div>1,234,554</div>" },
	{ "what comes from entries is never read as HTML", CHANGED, RENDER_EN, "https://rp.example/?a&amp;b" },
	{ "nor is a criterion's name", CHANGED, RENDER_EN, "gone&lt;1&gt;" },
	{ "what a criterion is now stands in a column of its own", CHANGED, RENDER_EN,
	    "<td class=\"two\"><div>2</div></td><td class=\"two\"><div>31</div></td>" },
	{ "the fact that was never asked for is named", CHANGED, RENDER_EN, "(subject.role)" },
	{ "and why else a decision cannot be replayed", CHANGED, RENDER_EN, "it has no profile &quot;old&quot;" },
	{ "how many that are is told beside the outcomes", CHANGED, RENDER_EN,
	    "Not replayable</span></dt><dd class=\"two\"><div>3</div>" },
	{ "reasons that were not told apart are counted as well", MANY_REASONS, RENDER_EN,
	    "which were not told apart: 1,007." },
	{ "and are among those that are not replayable", MANY_REASONS, RENDER_EN,
	    "Not replayable</span></dt><dd class=\"two\"><div>1,008</div>" },
	{ "a version that changes nothing says so", SAME, RENDER_EN, "9 were replayed under this version. None would "
	    "have ended otherwise." },
	{ "criterion by criterion", SAME, RENDER_EN, "No criterion is met otherwise than before." },
	{ "requirement by requirement", SAME, RENDER_EN, "No decision ends otherwise for a requirement." },
	{ "what is required is told before and now, by id where the version does not have it", REVERSED, RENDER_EN,
	    "(records)</div></td><td class=\"two\"><div lang=\"en\">access</div></td><td class=\"two\"><div "
	    "lang=\"en\">9+ or higher</div></td><td class=\"two\"><div lang=\"en\">permitted [1] exactly</div></td><td "
	    "class=\"two\"><div>1,234</div></td><td class=\"two\"><div>1</div></td>" },
	{ "in Japanese as well", REVERSED, RENDER_JA, "9+以上" },
	{ "an area that is no more, and the asker's own requirement", REVERSED, RENDER_EN,
	    "whoever asked</div></td><td class=\"two\"><div>gone&lt;1&gt;</div></td><td class=\"two\"><div "
	    "lang=\"en\">2 or lower</div></td><td class=\"two\"><div lang=\"en\">none</div></td>" },
	{ "requirements past those in the table are counted", REVERSED_MORE, RENDER_EN, "Further requirements: 5." },
	{ "and so are decisions that no requirement explains", REVERSED_MORE, RENDER_EN, "by no requirement: 1,001." },
	{ "party by party", SAME, RENDER_EN, "No relying party is touched." },
	{ "level by level", SAME, RENDER_EN, "No decision reaches another level." },
	{ "a level that is no more has a row", ANOTHER_LEVEL, RENDER_EN, "a level this version does not have" },
	{ "and is not told as unchanged", ANOTHER_LEVEL, RENDER_EN, "Lower: 0, higher: 0, the same: 6." },
	{ "without a decision nothing is concluded", NONE, RENDER_EN, "nothing can be said of its impact" },
	{ "nor of an area", NONE, RENDER_EN, "No decision recorded a level of this area." },
	{ "both languages stand side by side", NONE, RENDER_BOTH, "影響については何も言えない。</p><p lang=\"en\">The ledger has no "
	    "decision" },
	{ "when the ledger was read is told for people and machines", NONE, RENDER_EN,
	  "<time datetime=\"2026-11-23T01:30:00+09:00\"><span lang=\"en\">2026-11-23 01:30 (Japan time)" },
};

static void
a_report_reads_as_a_document(void **state)
{
	const struct impact_occasion occasion = { .made = { SECONDS(1795365000) } };
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *after = fixture_framework(&a, dictionary, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *report = json_loads(cases[i].report, 0, NULL);
		struct buffer page = buffer_init(RENDERING_LARGEST);

		expect_true(cases[i].title, report != NULL);
		impact_page(&page, after, report, &occasion, cases[i].languages);
		buffer_byte(&page, '\0');
		if (!strstr((const char *)buffer_span(&page).data, cases[i].says))
			expect_text(cases[i].title, (const char *)buffer_span(&page).data, cases[i].says);
		buffer_release(&page);
		json_decref(report);
	}
	arena_release(&a);
}

static void
only_decisions_since_then_are_said_to_be_so(void **state)
{
	const struct impact_occasion occasion = { .made = { SECONDS(1795365000) }, .since = { SECONDS(1793458800) } };
	struct arena a = arena_init(256 * MIB);
	const struct framework *after = fixture_framework(&a, fixture_dictionary(&a), NULL);
	struct buffer page = buffer_init(RENDERING_LARGEST);
	json_t *report = json_loads(SAME, 0, NULL);

	(void)state;
	impact_page(&page, after, report, &occasion, RENDER_EN);
	buffer_byte(&page, '\0');
	expect_true("since when", strstr((const char *)buffer_span(&page).data, "Decisions since</span></dt>") != NULL);
	expect_true("the time", strstr((const char *)buffer_span(&page).data, "2026-11-01T00:00:00+09:00") != NULL);
	expect_true("not all", strstr((const char *)buffer_span(&page).data, "all in the ledger") == NULL);
	json_decref(report);
	buffer_release(&page);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_reads_as_a_document),
		cmocka_unit_test(only_decisions_since_then_are_said_to_be_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
