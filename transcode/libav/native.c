//go:build cgo && !nolibav

#include "native.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The error lines of one call, caught on the thread that makes it.
static __thread char *caught;
static __thread size_t caught_size;

// Log lines, by their beginnings, that tell of a reference picture that is not there. The decoders of FFmpeg 5.1 conceal that and
// say so nowhere else.
static const char *const losses[] = {"Frame num gap", "Missing reference picture", "Could not find ref with POC"};

// count_loss increments the counter that vantage_watch gave the decoder. Slices are decoded by several threads.
static void count_loss(void *avcl, const char *format)
{
    atomic_int *counter;
    size_t i;
    if (!avcl || *(const AVClass **)avcl != avcodec_get_class() || !av_codec_is_decoder(((AVCodecContext *)avcl)->codec))
        return;
    counter = ((AVCodecContext *)avcl)->opaque;
    for (i = 0; counter && i < sizeof(losses) / sizeof(*losses); i++)
        if (!strncmp(format, losses[i], strlen(losses[i])))
            atomic_fetch_add(counter, 1);
}

int vantage_watch(AVCodecContext *ctx)
{
    ctx->opaque = av_mallocz(sizeof(atomic_int));
    return ctx->opaque ? 0 : AVERROR(ENOMEM);
}

int vantage_losses(AVCodecContext *ctx) { return ctx->opaque ? atomic_exchange((atomic_int *)ctx->opaque, 0) : 0; }

void vantage_unwatch(AVCodecContext *ctx) { av_freep(&ctx->opaque); }

static void log_line(void *avcl, int level, const char *format, va_list args)
{
    size_t used;
    count_loss(avcl, format);
    if (!caught || level > AV_LOG_ERROR)
        return;
    used = strlen(caught);
    if (used && used + 2 < caught_size && caught[used - 1] == '\n') {
        caught[used - 1] = ';';
        caught[used++] = ' ';
        caught[used] = 0;
    }
    vsnprintf(caught + used, caught_size - used, format, args);
}

static void log_init(void)
{
    av_log_set_callback(log_line);
    setenv("SVT_LOG", "0", 0); // SVT-AV1 writes to stderr by itself; fatal errors only, unless the user wants more
}

void vantage_log_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, log_init);
}

int vantage_open(AVCodecContext *ctx, const AVCodec *codec, AVDictionary **options, char *msg, size_t size)
{
    int ret;
    msg[0] = 0;
    caught = msg;
    caught_size = size;
    ret = avcodec_open2(ctx, codec, options);
    caught = NULL;
    return ret;
}

int vantage_device(AVBufferRef **device, int type, char *msg, size_t size)
{
    int ret;
    msg[0] = 0;
    caught = msg;
    caught_size = size;
    ret = av_hwdevice_ctx_create(device, type, NULL, NULL, 0);
    caught = NULL;
    return ret;
}

int vantage_pool_frame(AVBufferPool *pool, AVFrame *f, int format, int width, int height, int align)
{
    f->buf[0] = av_buffer_pool_get(pool);
    if (!f->buf[0])
        return AVERROR(ENOMEM);
    f->format = format;
    f->width = width;
    f->height = height;
    return av_image_fill_arrays(f->data, f->linesize, f->buf[0]->data, format, width, height, align);
}

int vantage_ref_planes(AVFrame *dst, const AVFrame *src)
{
    int i;
    for (i = 0; i < AV_NUM_DATA_POINTERS && src->buf[i]; i++) {
        dst->buf[i] = av_buffer_ref(src->buf[i]);
        if (!dst->buf[i])
            return AVERROR(ENOMEM);
    }
    return 0;
}

struct SwsContext *vantage_scaler(int sw, int sh, int sformat, int srange, int dw, int dh, int dformat, int drange, int flags)
{
    struct SwsContext *s = sws_alloc_context();
    if (!s)
        return NULL;
    av_opt_set_int(s, "srcw", sw, 0);
    av_opt_set_int(s, "srch", sh, 0);
    av_opt_set_int(s, "src_format", sformat, 0);
    av_opt_set_int(s, "src_range", srange, 0); // before the context is set up: between equal formats it would choose a plain copy
    av_opt_set_int(s, "dstw", dw, 0);
    av_opt_set_int(s, "dsth", dh, 0);
    av_opt_set_int(s, "dst_format", dformat, 0);
    av_opt_set_int(s, "dst_range", drange, 0);
    av_opt_set_int(s, "sws_flags", flags, 0);
    if (sws_init_context(s, NULL, NULL) < 0) {
        sws_freeContext(s);
        return NULL;
    }
    return s;
}

int vantage_scale(struct SwsContext *s, const AVFrame *src, AVFrame *dst)
{
    return sws_scale(s, (const uint8_t *const *)src->data, src->linesize, 0, src->height, dst->data, dst->linesize);
}

int vantage_roi(AVFrame *f, const AVRegionOfInterest *records, int count)
{
    AVFrameSideData *sd;
    av_frame_remove_side_data(f, AV_FRAME_DATA_REGIONS_OF_INTEREST);
    if (!count)
        return 0;
    sd = av_frame_new_side_data(f, AV_FRAME_DATA_REGIONS_OF_INTEREST, count * sizeof(*records));
    if (!sd)
        return AVERROR(ENOMEM);
    memcpy(sd->data, records, count * sizeof(*records));
    return 0;
}

int vantage_hwframes(AVBufferRef *device, AVBufferRef **frames, int format, int sw_format, int width, int height, int count)
{
    AVHWFramesContext *c;
    *frames = av_hwframe_ctx_alloc(device);
    if (!*frames)
        return AVERROR(ENOMEM);
    c = (AVHWFramesContext *)(*frames)->data;
    c->format = format;
    c->sw_format = sw_format;
    c->width = width;
    c->height = height;
    c->initial_pool_size = count;
    return av_hwframe_ctx_init(*frames);
}

struct SwrContext *vantage_resampler(const AVChannelLayout *layout, int format, int rate, int out_channels, int out_rate)
{
    struct SwrContext *s = NULL;
    AVChannelLayout out;
    av_channel_layout_default(&out, out_channels);
    if (swr_alloc_set_opts2(&s, &out, AV_SAMPLE_FMT_FLT, out_rate, (AVChannelLayout *)layout, format, rate, 0, NULL) < 0)
        return NULL;
    // The rate may have to be corrected later, also where both are equal.
    av_opt_set(s, "flags", "res", 0);
    if (swr_init(s) < 0)
        swr_free(&s);
    return s;
}

int vantage_resample(struct SwrContext *s, float *out, int count, const AVFrame *in)
{
    uint8_t *planes[1] = {(uint8_t *)out};
    return swr_convert(s, planes, count, in ? (const uint8_t **)in->extended_data : NULL, in ? in->nb_samples : 0);
}
