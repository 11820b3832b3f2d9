/* tests/bench/bare_publish.c - what a publication costs at the least: the work that no publisher can leave out.
 *
 *     bare_publish THREADS < LIST      LIST: the path of a published document a line, plain
 *     prints seconds of wall time, and of CPU
 *
 * It counts, for each document: one RSA-2048 signature (PKCS#1 v1.5 with SHA-256, by OpenSSL), SHA-256 over all its
 * bytes, and one compression of all its bytes to gzip at level 6 by libdeflate. The documents are read into memory
 * before the clock starts, and handed out to the threads from the largest on. It does not count what a publisher does
 * besides: reading what is registered, writing the documents anew, making them durable, moving them between
 * processes.
 */
#include <fcntl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GZIP_LEVEL 6
#define THREADS_MOST 64

struct document {
	uint8_t *bytes;
	size_t size;
};

static struct document *documents;
static size_t document_count;
static size_t largest;
static EVP_PKEY *key;
static atomic_size_t next_document;

static void
check(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bare_publish: %s\n", what);
	exit(1);
}

static void
read_document(const char *path)
{
	struct document *d = &documents[document_count++];
	int fd = open(path, O_RDONLY);
	struct stat st;
	size_t done = 0;

	check(fd >= 0 && fstat(fd, &st) == 0, path);
	d->size = (size_t)st.st_size;
	d->bytes = malloc(d->size + 1);
	check(d->bytes != NULL, "memory");
	while (done < d->size) {
		ssize_t n = read(fd, d->bytes + done, d->size - done);

		check(n > 0, path);
		done += (size_t)n;
	}
	close(fd);
	if (d->size > largest)
		largest = d->size;
}

static void
read_documents(void)
{
	size_t room = 0;
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		if (document_count == room) {
			room = room ? room * 2 : 1024;
			documents = realloc(documents, room * sizeof(*documents));
			check(documents != NULL, "memory");
		}
		read_document(path);
	}
	check(document_count > 0, "no documents");
}

static int
by_size(const void *a, const void *b)
{
	const struct document *x = a, *y = b;

	return (x->size < y->size) - (x->size > y->size);
}

static void
publish(const struct document *d, EVP_MD_CTX *context, struct libdeflate_compressor *compressor, uint8_t *packed,
    size_t room)
{
	uint8_t sum[EVP_MAX_MD_SIZE], signature[512];
	size_t size = sizeof(signature);
	unsigned sum_size;

	check(EVP_Digest(d->bytes, d->size, sum, &sum_size, EVP_sha256(), NULL), "digest");
	check(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(context, signature, &size, sum, sum_size) == 1, "sign");
	check(libdeflate_gzip_compress(compressor, d->bytes, d->size, packed, room) > 0, "compress");
	EVP_MD_CTX_reset(context);
}

static void *
work(void *arg)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t room, number;
	uint8_t *packed;

	check(compressor && context, "memory");
	room = libdeflate_gzip_compress_bound(compressor, largest);
	packed = malloc(room);
	check(packed != NULL, "memory");
	while ((number = atomic_fetch_add(&next_document, 1)) < document_count)
		publish(&documents[number], context, compressor, packed, room);
	free(packed);
	EVP_MD_CTX_free(context);
	libdeflate_free_compressor(compressor);
	return arg;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	pthread_t threads[THREADS_MOST];
	double began, cpu;

	if (count < 1 || count > THREADS_MOST) {
		fprintf(stderr, "usage: bare_publish THREADS < LIST\n");
		return 2;
	}
	key = EVP_RSA_gen(2048);
	check(key != NULL, "key");
	read_documents();
	qsort(documents, document_count, sizeof(*documents), by_size);
	began = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < count; i++)
		check(pthread_create(&threads[i], NULL, work, NULL) == 0, "thread");
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%.3f %.3f\n", seconds(CLOCK_MONOTONIC) - began, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	EVP_PKEY_free(key);
	return 0;
}
