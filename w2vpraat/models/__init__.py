"""Models and their frames: the only door to torch, transformers and safetensors."""
