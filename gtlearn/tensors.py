"""Tensors and texts in one safetensors file, which holds no pickle and so no code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gtlearn.optional import optional

if TYPE_CHECKING:
    from torch import Tensor


def packed(tensors: dict[str, Tensor], texts: dict[str, str]) -> bytes:
    """The file's content, the same for the same tensors and texts.

    Args:
        tensors: contiguous, by name.
        texts: by name.

    Raises:
        InputError: if safetensors is missing.
    """
    packer = optional("safetensors.torch", "learn")
    content: bytes = packer.save(tensors, metadata=texts)
    header, begin = _header(content)  # its keys come in any order
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the format aligns what follows
    return len(text).to_bytes(8, "little") + text + content[begin:]


def unpacked(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and texts of a file's content.

    Raises:
        InputError: if safetensors or torch is missing.
        ValueError: if it is no such file.
    """
    unpacker = optional("safetensors.torch", "learn")
    damage = optional("safetensors", "learn").SafetensorError
    try:
        texts = _header(content)[0].get("__metadata__", {})
        return unpacker.load(content), {str(key): str(text) for key, text in texts.items()}
    except (damage, LookupError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"no safetensors file: {error}") from None


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    """The JSON object before the numbers, and where they begin."""
    begin = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8:begin])
    return header, begin
