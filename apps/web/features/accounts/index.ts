export { openSignIn } from './sign-in/sign-in-again.tsx';
