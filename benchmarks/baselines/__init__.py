"""The servers that Waves is compared with, each as its users would write it."""
