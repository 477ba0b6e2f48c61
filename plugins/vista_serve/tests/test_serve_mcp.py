import asyncio
import base64
import io
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from mcp import Client, MCPError, StdioServerParameters
from vista_core import Image, InfrastructureError, PluginError
from vista_serve import ToolServer

TOOLS = Path(__file__).with_name("serve_tools.py")


def picture(left: int = 0, right: int = 200) -> Image:
    array = np.full((4, 6, 3), left, np.uint8)
    array[:, 3:] = right
    return Image.from_array(array)


def url(image: Image) -> str:
    return "data:image/png;base64," + base64.b64encode(image.data).decode()


def back(content) -> np.ndarray:
    assert content.type == "image"
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(content.data))))


def entries(*names, **options):
    return [{"use": f"{TOOLS}:{name}", **options} for name in names]


class Serving:
    """A client connected to a server in this process, through the SDK's own dispatch."""

    def __init__(self, *names, **settings):
        self.server = ToolServer(entries(*names), **settings)

    async def __aenter__(self):
        await self.server.start()
        self.client = await Client(self.server.mcp()).__aenter__()
        return self.client

    async def __aexit__(self, *error):
        await self.client.__aexit__(*error)
        await self.server.close()


async def test_tools_are_listed_as_the_policy_reads_them_with_arguments_for_what_they_read():
    async with Serving("brightness", "recite", "Mirror") as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(listed) == ["brightness", "recite", "mirror"]
    bright = listed["brightness"]
    assert bright.description == "Mean brightness of the first picture."
    assert set(bright.input_schema["properties"]) == {"scale", "images"}
    assert "required" not in bright.input_schema and bright.annotations.idempotent_hint
    assert set(listed["recite"].input_schema["properties"]) == {"images", "question", "choices", "seed"}
    assert set(listed["mirror"].input_schema["properties"]) == {"image", "images", "session"}
    assert not listed["mirror"].annotations.idempotent_hint
    assert bright.meta["vista/backend"] == "python" and len(bright.meta["vista/schema_hash"]) == 64


async def test_pictures_go_in_and_typed_output_comes_back():
    async with Serving("brightness") as client:
        result = await client.call_tool("brightness", {"images": [url(picture())], "scale": 0.5})
        assert not result.is_error and result.content[0].text == "50"
        assert result.structured_content == {"value": 50.0}
        plain = base64.b64encode(picture().data).decode()
        assert (await client.call_tool("brightness", {"images": [plain]})).content[0].text == "100"


async def test_a_picture_comes_back_as_image_content_and_can_be_sent_again():
    async with Serving("Mirror") as client:
        first = await client.call_tool("mirror", {"images": [url(picture())]})
        seen = back(first.content[1])
        assert (seen == picture().array[:, ::-1]).all() and first.content[1].mime_type == "image/png"
        again = await client.call_tool("mirror", {"images": [f"data:image/png;base64,{first.content[1].data}"]})
        assert (back(again.content[1]) == picture().array).all()
        assert again.structured_content["count"] == 1, "without a session the state starts afresh"


async def test_state_lives_as_long_as_the_session_word_and_no_call_of_it_is_lost():
    async with Serving("Mirror") as client:
        asked = {"images": [url(picture())]}
        together = [client.call_tool("mirror", {**asked, "session": "a"}) for _ in range(5)]
        counts = sorted([result.structured_content["count"] for result in await asyncio.gather(*together)])
        assert counts == [1, 2, 3, 4, 5]
        other = await client.call_tool("mirror", {**asked, "session": "b"})
        assert other.structured_content["count"] == 1
        failed = await client.call_tool("mirror", {**asked, "session": "b", "image": 7})
        assert failed.is_error and "image 7" in failed.content[0].text
        after = await client.call_tool("mirror", {**asked, "session": "b"})
        assert after.structured_content["count"] == 2, "a failed call leaves the state alone"


async def test_question_choices_and_seed_reach_the_tool():
    async with Serving("recite") as client:
        told = await client.call_tool("recite", {"question": "Which?", "choices": ["red", "blue"], "seed": 7})
        assert told.content[0].text == "Which? ('red', 'blue') 7"
        assert (await client.call_tool("recite", {})).content[0].text == "None None 0"


async def test_a_tools_own_arguments_keep_their_names():
    async with Serving("Ask") as client:
        told = await client.call_tool("ask", {"question": "How?", "images": [1], "call_images": [url(picture())]})
        assert told.content[0].text == "How?|How?|[1]|1" and told.structured_content is None


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("brightness", {"images": [], "scale": 1.0}, "There is no image 0"),
        ("brightness", {"scale": "big"}, "Bad value for `scale`"),
        ("brightness", {"scal": 1.0}, "did you mean `scale`"),
        ("brightness", {"images": "x"}, "must be a list of strings"),
        ("brightness", {"images": [1]}, "must be a list of strings"),
        ("brightness", {"images": ["AAAA"] * 17}, "the limit is 16"),
        ("brightness", {"images": [""]}, "cannot be used"),
        ("brightness", {"images": ["data:image/png;base64,AAAA"]}, "not a picture"),
        ("brightness", {"images": ["data:image/png;base64,%%%"]}, "not valid base64"),
        ("brightness", {"images": ["https://example.invalid/a.png"]}, "nothing is fetched"),
        ("brightness", {"images": [" FILE:///etc/passwd"]}, "nothing is fetched"),
        ("brightness", {"images": ["data:text/plain,hello"]}, "nothing is fetched"),
        ("brightness", {"images": ["/etc/passwd"]}, "paths are not allowed here"),
        ("recite", {"seed": "1"}, "`seed` must be a whole number"),
        ("recite", {"choices": "ab"}, "`choices` must be a list"),
        ("refuse", {"why": "no legend"}, "no legend"),
        ("refuse", {}, "`why` is missing"),
    ],
)
async def test_what_the_model_can_mend_is_an_error_result(name, arguments, said):
    async with Serving("brightness", "recite", "refuse") as client:
        result = await client.call_tool(name, arguments)
        assert result.is_error and said in result.content[0].text and len(result.content) == 1


async def test_a_fault_of_the_tools_own_costs_its_call_and_tells_nothing(caplog):
    async with Serving("refuse") as client:
        result = await client.call_tool("refuse", {"why": "bug"})
        assert result.is_error and "secret" not in result.content[0].text
        assert "ZeroDivisionError: secret detail" in caplog.text
        assert (await client.call_tool("refuse", {"why": "bug"})).is_error, "it still answers"


async def test_an_unknown_tool_is_an_error_of_the_protocol():
    async with Serving("nap") as client:
        with pytest.raises(MCPError, match=r"no tool 'naps'; the tools are: nap"):
            await client.call_tool("naps", {})


async def test_a_call_over_its_time_ends_and_the_next_one_works():
    server = ToolServer(entries("nap", timeout_s=0.3))
    await server.start()
    result = await server.call("nap", {"seconds": 20.0})
    assert result.is_error and "took longer than its 0.3 s" in result.content[0].text
    await server.close()


async def test_a_broken_worker_is_told_apart_from_a_wrong_call():
    class Broken:
        async def start(self, specs):
            return None

        async def submit(self, call):
            from vista_core import ToolResult

            return ToolResult(fault=str(InfrastructureError("worker 3 died")))

    server = ToolServer(entries("nap"), executor=Broken())
    result = await server.call("nap", {"seconds": 0.0})
    assert result.is_error and "out of order" in result.content[0].text and "worker 3" not in result.content[0].text


async def test_paths_lead_only_below_the_root_that_the_user_opened(tmp_path):
    root = tmp_path / "open"
    (root / "sub").mkdir(parents=True)
    (root / "sub/a.png").write_bytes(picture().data)
    (tmp_path / "secret.png").write_bytes(picture(9, 9).data)
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "inside.png").symlink_to(root / "sub/a.png")
    (root / "notes.txt").write_text("not a picture")
    async with Serving("brightness", images_root=root) as client:

        async def call(path):
            return await client.call_tool("brightness", {"images": [str(path)]})

        for good in ("sub/a.png", root / "sub/a.png", "sub/../inside.png"):
            assert (await call(good)).content[0].text == "100"
        told = set()
        for bad in ("link.png", "../secret.png", tmp_path / "secret.png", "no.png", "..", "a\0b"):
            result = await call(bad)
            assert result.is_error
            told.add(result.content[0].text)
        assert len(told) == 1, "an answer must not tell what exists outside the root"
        for bad in ("", "x" * 5000):
            assert (await call(bad)).is_error
        assert "not a picture" in (await call("notes.txt")).content[0].text


def test_settings_that_cannot_work_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        ToolServer([], images_root=tmp_path / "no")
    with pytest.raises(PluginError, match="Two tools of this episode"):
        ToolServer(entries("nap", "nap"))


def command(*words: str) -> StdioServerParameters:
    given = ["-m", "vista_cli", "serve", "--mcp", *words]
    return StdioServerParameters(command=sys.executable, args=given, env={"OMP_NUM_THREADS": "1"})


async def test_over_stdio_with_the_sdks_client_whatever_a_tool_prints(tmp_path):
    (tmp_path / "a.png").write_bytes(picture().data)
    names = ",".join(f"{TOOLS}:{name}" for name in ("nap", "Mirror", "brightness"))
    async with Client(command("--tools", names, "--images-root", str(tmp_path))) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["nap", "mirror", "brightness"]
        assert (await client.call_tool("nap", {"seconds": 0.0})).content[0].text == "awake"
        made = await client.call_tool("mirror", {"images": [url(picture())], "session": "s"})
        assert (back(made.content[1]) == picture().array[:, ::-1]).all()
        assert (await client.call_tool("brightness", {"images": ["a.png"]})).content[0].text == "100"
        assert (await client.call_tool("brightness", {"images": ["b.png"]})).is_error


@pytest.mark.parametrize("executor", ["thread", "process"])
async def test_over_streamable_http_with_the_sdks_client(executor):
    names = f"{TOOLS}:Mirror,{TOOLS}:refuse"
    words = ("--http", "--port", "0", "--tools", names, "--executor", executor)
    server = await asyncio.create_subprocess_exec(sys.executable, *command(*words).args, stderr=asyncio.subprocess.PIPE)
    try:
        line = (await asyncio.wait_for(server.stderr.readline(), 120)).decode()
        assert line.startswith("Serving 2 tools at http://127.0.0.1:"), line
        async with Client(line.split()[-1]) as one, Client(line.split()[-1]) as two:
            made = await one.call_tool("mirror", {"images": [url(picture())], "session": "s"})
            assert (back(made.content[1]) == picture().array[:, ::-1]).all()
            assert (await two.call_tool("refuse", {"why": "no"})).is_error
            again = await two.call_tool("mirror", {"images": [url(picture())], "session": "s"})
            assert again.structured_content["count"] == 2
        foreign = urllib.request.Request(
            line.split()[-1], b"{}", {"Host": "evil.example", "Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError, match="421"):
            await asyncio.to_thread(urllib.request.urlopen, foreign, timeout=60)
    finally:
        server.terminate()
        assert await asyncio.wait_for(server.wait(), 60) in (0, -15)
