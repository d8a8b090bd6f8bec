"""What the share pages say, in the languages that they speak."""

from dataclasses import dataclass

from syncfile.faces.call import Call


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language; ``lang`` is its tag."""

    lang: str
    download: str
    download_all: str
    name: str
    size: str
    changed: str
    empty: str
    next: str
    key_label: str
    locked: str
    not_unlocked: str
    go: str
    upload: str
    upload_to: str
    choose_files: str
    nothing_chosen: str
    uploaded: str
    gone: str
    gone_hint: str
    too_many: str
    failed: str


ENGLISH = Words(
    lang="en",
    download="Download",
    download_all="Download all",
    name="Name",
    size="Size",
    changed="Changed",
    empty="This folder is empty.",
    next="More",
    key_label="Password",
    locked="This link is protected by a password.",
    not_unlocked="The password is wrong.",
    go="Continue",
    upload="Upload",
    upload_to="Upload files to",
    choose_files="Choose one or more files. What is in the folder already is not shown to you.",
    nothing_chosen="Choose a file first.",
    uploaded="Uploaded:",
    gone="There is nothing here",
    gone_hint="The link is wrong, has expired, or was taken back.",
    too_many="Too many tries. Please wait a while.",
    failed="This did not work",
)

CHINESE = Words(
    lang="zh",
    download="下载",
    download_all="全部下载",
    name="名称",
    size="大小",
    changed="修改时间",
    empty="此文件夹为空。",
    next="更多",
    key_label="密码",
    locked="此链接受密码保护。",
    not_unlocked="密码错误。",
    go="继续",
    upload="上传",
    upload_to="上传文件到",
    choose_files="请选择一个或多个文件。文件夹中已有的内容不会显示给您。",
    nothing_chosen="请先选择文件。",
    uploaded="已上传：",
    gone="这里什么也没有",
    gone_hint="链接有误、已过期或已被收回。",
    too_many="尝试次数过多，请稍后再试。",
    failed="操作失败",
)

_MAX_LANGUAGES = 20


def words_for(call: Call) -> Words:
    """Return the texts in the language that the browser likes best (RFC 9110, section 12.5.4)."""
    best, words = 0.0, ENGLISH
    for part in call.headers.get("Accept-Language").split(",")[:_MAX_LANGUAGES]:
        tag, _, quality = part.strip().partition(";")
        spoken = {"zh": CHINESE, "en": ENGLISH}.get(tag.strip().lower().partition("-")[0])
        weight = _weight(quality)
        if spoken and weight > best:
            best, words = weight, spoken
    return words


def _weight(quality: str) -> float:
    if not quality:
        return 1.0
    try:
        return float(quality.strip().removeprefix("q="))
    except ValueError:
        return 0.0
