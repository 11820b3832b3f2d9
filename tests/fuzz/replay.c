/* tests/fuzz/replay.c - the main of a fuzz target under `make check`: feeds it the files of its corpus.
 *
 * tests/fuzz/fuzz_x is fed every file of tests/fuzz/corpus/x (or of the directory given), and every shorter beginning
 * of the small ones: input cut short is what parsers meet most. Each input lies in a block of exactly its size, so that
 * the address sanitizer sees a read past its end.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_CUT 256 /* bytes: files below this are also fed cut short at every place */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	if (size)
		memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static uint8_t *
read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long end;

	if (!file || fseek(file, 0, SEEK_END) || (end = ftell(file)) < 0 || fseek(file, 0, SEEK_SET)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	*size = (size_t)end;
	data = malloc(*size + 1);
	if (!data || fread(data, 1, *size, file) != *size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	return data;
}

static void
replay(const char *name, const char *directory, const char *file)
{
	char path[4096];
	uint8_t *data;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	data = read_whole(path, &size);
	if (size < LARGEST_CUT)
		for (size_t cut = 0; cut < size; cut++)
			feed(data, cut);
	feed(data, size);
	free(data);
	printf("ok %s %s\n", name, file);
	fflush(stdout);
}

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	struct dirent **files;
	char directory[2048];
	int count;

	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	if (argc > 1)
		snprintf(directory, sizeof(directory), "%s", argv[1]);
	else
		snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	count = scandir(directory, &files, is_file, alphasort);
	if (count < 0) {
		fprintf(stderr, "%s: %s\n", directory, strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		replay(name, directory, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	return count ? 0 : 1;
}
