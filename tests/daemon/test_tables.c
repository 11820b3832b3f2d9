/* tests/daemon/test_tables.c - every table of the store: each once, and who may write what is somebody's. */
#include <stdlib.h>

#include "expect.h"

#include "base/span.h"
#include "daemon/tables.h"

static void
each_table_has_a_name_of_its_own(void **state)
{
	const table_list all = tables_with(NULL);

	(void)state;
	for (size_t i = 0; all[i]; i++)
		for (size_t n = 0; n < i; n++)
			expect_true(all[i]->name, strcmp(all[i]->name, all[n]->name) != 0);
	free((void *)all);
}

/* transaction/account/person_erasure.h: the person asks a worker, operators ask the steward. */
static void
what_is_somebodys_both_may_erase(void **state)
{
	const table_list all = tables_with(NULL);
	const unsigned both = ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD);
	size_t owned = 0;

	(void)state;
	for (size_t i = 0; all[i]; i++)
		if (all[i]->flags & TABLE_OWNED) {
			expect_number(all[i]->name, all[i]->writers & both, both);
			expect_true("and rows of it come and go", !(all[i]->flags & TABLE_APPEND_ONLY));
			owned++;
		}
	expect_true("there are such", owned > 3);
	free((void *)all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_has_a_name_of_its_own),
		cmocka_unit_test(what_is_somebodys_both_may_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
