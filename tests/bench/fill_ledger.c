/* tests/bench/fill_ledger.c - a ledger grown to a size: the entry on standard input recorded again and again, under IDs
 * and salts of their own, by the recorder itself. For a daemon that is stopped.
 *
 *     fill_ledger STORE-DIRECTORY MAP-BYTES SIZE        prints how many leaves there are then
 */
#include "bench/growing.h"

#include <unistd.h>

#include "base/file.h"

int
main(int argc, char **argv)
{
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("bench") };
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);
	struct growing growing;
	struct problem why;
	uint64_t size, wanted;

	if (argc != 4) {
		fputs("usage: fill_ledger STORE-DIRECTORY MAP-BYTES SIZE < ENTRY\n", stderr);
		return 2;
	}
	if (file_read_open(STDIN_FILENO, "the entry", &content, &why) != OK)
		growing_fail(&why);
	entry.content = buffer_span(&content);
	size = growing_open(&growing, argv[1], argv[2]);
	wanted = strtoull(argv[3], NULL, 10);
	while (size < wanted) {
		struct instant now = clock_now();

		for (unsigned i = 0; i < GROWING_PART && size < wanted; i++, size++)
			growing_add(&growing, id_new(now), entry);
		growing_commit(&growing);
	}
	printf("%llu\n", (unsigned long long)growing_close(&growing));
	buffer_release(&content);
	return 0;
}
