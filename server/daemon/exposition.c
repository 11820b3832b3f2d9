/* daemon/exposition.c - Prometheus' text format 0.0.4. */
#include "daemon/exposition.h"

void
figure_describe(struct buffer *b, const char *family, const char *type, const char *help)
{
	buffer_print(b, "# HELP %s %s\n# TYPE %s %s\n", family, help, family, type);
}

uint64_t
figure_sum(const struct child *child, enum figure figure)
{
	uint64_t sum = 0;

	for (size_t row = 0; row < child->roster->count; row++)
		sum += child->figures[row].value[figure];
	return sum;
}
