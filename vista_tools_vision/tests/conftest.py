"""Pictures drawn in the tests, with Pillow's own font, and tools loaded once."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import vista_core as vista


def font(size: int) -> PIL.ImageFont.FreeTypeFont:
    return PIL.ImageFont.load_default(size)


def draw_bars(
    names: list[str],
    values: list[float],
    *,
    size: tuple[int, int] = (448, 336),
    ink: str | list[str] = "#1f77b4",
    page: str = "white",
    panel: str | None = None,
    text: str = "black",
    labels: bool = True,
    ticks: bool = True,
    grid: bool = False,
    outline: str | None = None,
    noise: int = 0,
    title: str = "",
    share: float = 0.6,
    top_value: float | None = None,
) -> PIL.Image.Image:
    """A vertical bar chart, to the pixel: value v ends round(v * scale) rows above the base line."""
    width, height = size
    image = PIL.Image.new("RGB", size, page)
    pen = PIL.ImageDraw.Draw(image)
    left, top, right, base = 50, 44, width - 14, height - 30
    pen.rectangle((left, top, right, base), fill=panel or page)
    peak = top_value or max(values)
    step = next(s for s in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if peak / s <= 7)
    high = peak * 1.15
    scale = (base - top) / high
    for i in range(int(high / step) + 1):
        y = base - round(i * step * scale)
        if grid and i:
            pen.line((left, y, right, y), fill="#d0d0d0")
        if ticks:
            pen.text((left - 8, y), f"{i * step:g}", font=font(13), fill=text, anchor="rm")
    slot = (right - left) / len(values)
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        middle = left + (i + 0.5) * slot
        box = (
            round(middle - share * slot / 2),
            base - round(value * scale),
            round(middle + share * slot / 2),
            base - 1,
        )
        if box[3] >= box[1]:
            pen.rectangle(box, fill=ink if isinstance(ink, str) else ink[i % len(ink)], outline=outline)
        if labels:
            pen.text((middle, box[1] - 4), f"{value:g}", font=font(13), fill=text, anchor="mb")
        pen.text((middle, base + 6), name, font=font(14), fill=text, anchor="mt")
    pen.line((left, base, right, base), fill=text)
    if title:
        pen.text((width / 2, 8), title, font=font(17), fill=text, anchor="mt")
    if noise:
        grain = np.random.default_rng(0).integers(-noise, noise + 1, (height, width, 1))
        image = PIL.Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
    return image


def draw_table(rows: list[list[str]], *, title: str = "", rules: bool = True, row_height: int = 30) -> PIL.Image.Image:
    """A table with or without ruling lines."""
    width = 130
    image = PIL.Image.new("RGB", (width * len(rows[0]) + 10, row_height * (len(rows) + bool(title)) + 10), "white")
    pen = PIL.ImageDraw.Draw(image)
    top = 5
    if title:
        pen.text((image.width / 2, top + row_height / 2), title, font=font(16), fill="black", anchor="mm")
        top += row_height
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            x, y = 5 + c * width, top + r * row_height
            if rules:
                pen.rectangle((x, y, x + width, y + row_height), outline="#2a9d6f")
            pen.text((x + 10, y + row_height / 2), cell, font=font(15), fill="black", anchor="lm")
    return image


def png(image: PIL.Image.Image) -> bytes:
    stored = io.BytesIO()
    image.save(stored, "PNG")
    return stored.getvalue()


@pytest.fixture(scope="session")
def bars() -> Callable[..., PIL.Image.Image]:
    return draw_bars


@pytest.fixture(scope="session")
def table_picture() -> Callable[..., PIL.Image.Image]:
    return draw_table


@pytest.fixture(scope="session")
def ocr() -> vista.Tool:
    return vista.load("tool", "easyocr", backend="rapidocr")


@pytest.fixture(scope="session")
def chart() -> vista.Tool:
    return vista.load("tool", "chartmoe_to_table")


def odd_pictures() -> dict[str, bytes]:
    """Pictures that hold nothing to read, or are broken in some way."""
    blank = PIL.Image.new("RGB", (200, 150), "white")
    noise = PIL.Image.fromarray(np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8))
    frames = io.BytesIO()
    blank.save(frames, "GIF", save_all=True, append_images=[noise.convert("P")])
    cmyk = io.BytesIO()
    blank.convert("CMYK").save(cmyk, "JPEG")
    deep = io.BytesIO()
    PIL.Image.fromarray(np.full((40, 60), 40000, np.uint16)).save(deep, "PNG")
    return {
        "blank": png(blank),
        "one pixel": png(PIL.Image.new("RGB", (1, 1))),
        "one row": png(PIL.Image.new("RGB", (3000, 1), "grey")),
        "one column": png(PIL.Image.new("RGB", (1, 3000), "grey")),
        "tiny": png(PIL.Image.new("RGB", (3, 5), "red")),
        "noise": png(noise),
        "truncated": png(noise)[:20000],
        "gif": frames.getvalue(),
        "cmyk": cmyk.getvalue(),
        "16 bit": deep.getvalue(),
        "transparent": png(PIL.Image.new("RGBA", (64, 64), (255, 0, 0, 0))),
    }


@pytest.fixture(scope="session", params=sorted(odd_pictures()))
def odd_picture(request: pytest.FixtureRequest) -> bytes:
    return odd_pictures()[request.param]


@pytest.fixture(scope="session")
def tiny_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of the hub with small random checkpoints of Grounding DINO and SAM 2, in the format of the real ones."""
    cache = tmp_path_factory.mktemp("hub")
    write_dino(folder_of(cache, vista.load("tool", "grounding_dino", setup=False).backends[0].weights[0]))
    write_sam2(folder_of(cache, vista.load("tool", "sam", setup=False).backends[0].weights[0]))
    return cache


def folder_of(cache: Path, weights: vista.Weights) -> Path:
    folder = cache / f"models--{weights.repo.replace('/', '--')}" / "snapshots" / weights.revision
    folder.mkdir(parents=True)
    return folder


def write_dino(folder: Path) -> None:
    import torch
    import transformers

    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *letters, *(f"##{c}" for c in letters), "red", "cube"]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    tokenizer = transformers.BertTokenizer(vocab_file=str(folder / "vocab.txt"))
    pictures = transformers.GroundingDinoImageProcessor(size={"shortest_edge": 96, "longest_edge": 160})
    transformers.GroundingDinoProcessor(pictures, tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    eyes = transformers.SwinConfig(
        image_size=96,
        embed_dim=12,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 2, 4],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    tongue = transformers.BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    layers = {"encoder_layers": 1, "decoder_layers": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "d_model": 32, "num_queries": 20}
    config = transformers.GroundingDinoConfig(backbone_config=eyes, text_config=tongue, **layers, **heads)
    transformers.GroundingDinoForObjectDetection(config).save_pretrained(folder)


def write_sam2(folder: Path) -> None:
    """As on the hub: the checkpoint of the video model, of which the image model takes its part."""
    import torch
    import transformers
    from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig

    torch.manual_seed(0)
    hiera = Sam2HieraDetConfig(
        hidden_size=8,
        image_size=[64, 64],
        embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 1, 2, 2],
        blocks_per_stage=[1, 1, 1, 1],
        global_attention_blocks=[],
        window_size_per_stage=[4, 2, 2, 2],
    )
    config = transformers.Sam2VideoConfig(
        vision_config=transformers.Sam2VisionConfig(
            backbone_config=hiera,
            backbone_channel_list=[64, 32, 16, 8],
            backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
            fpn_hidden_size=16,
        ),
        prompt_encoder_config=transformers.Sam2PromptEncoderConfig(hidden_size=16, image_size=64),
        mask_decoder_config=transformers.Sam2MaskDecoderConfig(
            hidden_size=16, mlp_dim=16, num_attention_heads=2, iou_head_hidden_dim=16
        ),
        image_size=64,
        memory_attention_hidden_size=16,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=16,
        memory_encoder_hidden_size=16,
        memory_encoder_output_channels=8,
        mask_downsampler_embed_dim=16,
        memory_fuser_num_layers=1,
        memory_fuser_embed_dim=16,
        memory_fuser_intermediate_dim=16,
    )
    transformers.Sam2VideoModel(config).save_pretrained(folder)
    side = {"height": 64, "width": 64}
    pictures = transformers.Sam2ImageProcessor(size=side, mask_size={"height": 16, "width": 16})
    films = transformers.Sam2VideoVideoProcessor(size=side)
    transformers.Sam2VideoProcessor(pictures, films).save_pretrained(folder)
